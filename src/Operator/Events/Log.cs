namespace Rerank.Operator.Events;

internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Warning, "The event {Reason} could not be recorded: {Error}")]
    public static partial void EventNotRecorded(ILogger logger, string reason, string error);
}
