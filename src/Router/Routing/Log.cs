namespace Rerank.Router.Routing;

internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Warning, "{Host} can't be resolved, the addresses known stay: {Reason}")]
    public static partial void NameNotResolved(ILogger logger, string host, string reason);

    [LoggerMessage(101, LogLevel.Information, "{Host} is resolved again")]
    public static partial void NameResolvedAgain(ILogger logger, string host);

    [LoggerMessage(102, LogLevel.Warning, "{Destination} of {Cluster} fails again and again, and gets nothing for {Seconds} s")]
    public static partial void DestinationRested(ILogger logger, string cluster, string destination, double seconds);

    [LoggerMessage(103, LogLevel.Information, "Generation {Generation} of {Pipeline} is in force: revision {Revision} is stable")]
    public static partial void TableInForce(ILogger logger, long generation, string pipeline, string revision);

    [LoggerMessage(104, LogLevel.Error, "The routing table {Path} can't be used, waiting for one from the operator: {Reason}")]
    public static partial void MountedTableRefused(ILogger logger, string path, string reason);

    [LoggerMessage(105, LogLevel.Information, "There is no routing table {Path} yet, waiting for one from the operator")]
    public static partial void NoMountedTable(ILogger logger, string path);

    [LoggerMessage(106, LogLevel.Error, "Generation {Generation} could not be put in force; the one before it stays")]
    public static partial void TableFailed(ILogger logger, Exception exception, long generation);

    [LoggerMessage(107, LogLevel.Error, "Generation {Generation} is put in force without its candidate, which can't be used: {Reason}")]
    public static partial void CandidateLeftOut(ILogger logger, long generation, string reason);

    [LoggerMessage(108, LogLevel.Warning, "{Host} has had no address for {Seconds} s: those that were known are used no more")]
    public static partial void AddressesDropped(ILogger logger, string host, int seconds);

    [LoggerMessage(109, LogLevel.Error, "The clusters of the table in force were not taken again; they will be with the next change: {Reason}")]
    public static partial void ClustersNotRestored(ILogger logger, string reason);
}
