namespace Rerank.Operator.Pipelines;

internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Warning, "Report {Report} can't be stored: {Message}")]
    public static partial void ReportNotStored(ILogger logger, string report, string message);
}
