namespace Rerank.Router.Scoring;

internal static partial class Log
{
    [LoggerMessage(210, LogLevel.Warning, "Hosts of {Cluster} don't answer in time, none of them: for {Seconds} s they are asked nothing")]
    public static partial void CircuitOpened(ILogger logger, string cluster, double seconds);
}
