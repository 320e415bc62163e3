using Microsoft.Extensions.Logging;

namespace Rerank.Operator.Runtime.Leadership;

internal static partial class Log
{
    [LoggerMessage(301, LogLevel.Information, "Competing for lease {Lease} as {Identity}.")]
    public static partial void Competing(this ILogger logger, string lease, string identity);

    [LoggerMessage(302, LogLevel.Information, "Lease {Lease} is held by {Leader}.")]
    public static partial void NewLeader(this ILogger logger, string lease, string leader);

    [LoggerMessage(303, LogLevel.Information, "This process leads (leader election on: {Elected}).")]
    public static partial void Leading(this ILogger logger, bool elected);

    [LoggerMessage(304, LogLevel.Warning, "Lease {Lease} could not be competed for; trying again.")]
    public static partial void CompeteFailed(this ILogger logger, Exception error, string lease);

    [LoggerMessage(305, LogLevel.Critical, "Lease {Lease} is lost: another process may lead now. Stopping.")]
    public static partial void Lost(this ILogger logger, string lease);

    [LoggerMessage(306, LogLevel.Information, "Lease {Lease} is released.")]
    public static partial void Released(this ILogger logger, string lease);

    [LoggerMessage(307, LogLevel.Warning, "Lease {Lease} could not be released; others wait until it expires.")]
    public static partial void ReleaseFailed(this ILogger logger, Exception error, string lease);

    [LoggerMessage(308, LogLevel.Warning, "Not all kinds could be listed within {Limit}: {Missing}. What nothing can be done without is waited for.")]
    public static partial void NotSynced(this ILogger logger, TimeSpan limit, string? missing);

    [LoggerMessage(309, LogLevel.Warning, "Lease {Lease} could not be renewed. Nothing is written until it is; trying again, unless another process takes it.")]
    public static partial void NotRenewed(this ILogger logger, string lease);
}
