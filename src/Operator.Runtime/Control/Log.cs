using Microsoft.Extensions.Logging;

namespace Rerank.Operator.Runtime.Control;

internal static partial class Log
{
    [LoggerMessage(201, LogLevel.Debug, "{Controller} {Key}: reconciled; next in {RequeueAfter}.")]
    public static partial void Reconciled(this ILogger logger, string controller, ObjectKey key, TimeSpan? requeueAfter);

    [LoggerMessage(202, LogLevel.Debug, "{Controller} {Key}: the object has changed meanwhile ({Reason}); trying again.")]
    public static partial void Conflicted(this ILogger logger, string controller, ObjectKey key, string? reason);

    [LoggerMessage(EventId = 203, Message = "{Controller} {Key}: reconcile failed: {Reason} (failure {Failures} in a row); trying again.")]
    public static partial void Failed(
        this ILogger logger, LogLevel level, Exception? error, string controller, ObjectKey key, string? reason, int failures);

    [LoggerMessage(204, LogLevel.Warning, "{Controller} {Key}: the controller could not deal with the deletion: {Reason}.")]
    public static partial void DeletedFailed(this ILogger logger, Exception? error, string controller, ObjectKey key, string? reason);

    [LoggerMessage(205, LogLevel.Information, "Controllers are running: {Controllers}.")]
    public static partial void Running(this ILogger logger, string controllers);
}
