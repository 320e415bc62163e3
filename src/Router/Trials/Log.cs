namespace Rerank.Router.Trials;

internal static partial class Log
{
    [LoggerMessage(500, LogLevel.Warning, "Revision {Revision} (try {Attempt}) of {Pipeline} gets nothing more from this router, limit {Limit}: {Observed}")]
    public static partial void Tripped(ILogger logger, string revision, int attempt, string pipeline, string limit, string observed);
}
