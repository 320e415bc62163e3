using Microsoft.Extensions.Logging;

namespace Rerank.Operator.Runtime.Caching;

internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Debug, "{Kind}: listed {Count} objects at resourceVersion {ResourceVersion}.")]
    public static partial void Listed(this ILogger logger, string kind, int count, string resourceVersion);

    [LoggerMessage(102, LogLevel.Information, "{Kind}: the resourceVersion is too old; listing again.")]
    public static partial void VersionExpired(this ILogger logger, string kind);

    [LoggerMessage(103, LogLevel.Warning, "{Kind}: the watch went silent beyond its time limit; watching again.")]
    public static partial void WatchHung(this ILogger logger, string kind);

    [LoggerMessage(104, LogLevel.Error, "{Kind}: the API refuses: {Reason}. Does the operator's role allow list and watch? Trying again.")]
    public static partial void Refused(this ILogger logger, string kind, string reason);

    [LoggerMessage(105, LogLevel.Warning, "{Kind}: list or watch failed: {Reason} (failure {Failures} in a row); trying again.")]
    public static partial void Failed(this ILogger logger, Exception? error, string kind, string reason, int failures);

    [LoggerMessage(106, LogLevel.Error, "{Kind}: a change could not be mapped to the objects it concerns.")]
    public static partial void HandlerFailed(this ILogger logger, Exception error, string kind);

    [LoggerMessage(107, LogLevel.Warning, "{Kind}: the cluster does not serve this kind; going on without.")]
    public static partial void NotServed(this ILogger logger, string kind);
}
