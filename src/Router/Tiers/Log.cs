namespace Rerank.Router.Tiers;

internal static partial class Log
{
    // Below the default level: under an outage it is one line per request. Metrics count it, and a destination's trouble is logged once.
    [LoggerMessage(200, LogLevel.Debug, "Tier {Tier} gave no scores ({Reason}): {Message}")]
    public static partial void TierFailed(ILogger logger, string tier, string reason, string message);
}
