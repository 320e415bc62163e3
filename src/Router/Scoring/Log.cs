namespace Rerank.Router.Scoring;

internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Warning, "{Cluster} didn't answer {Count} requests in a row in time: for {Seconds} s it is asked nothing")]
    public static partial void CircuitOpened(ILogger logger, string cluster, int count, double seconds);
}
