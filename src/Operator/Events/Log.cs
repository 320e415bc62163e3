namespace Rerank.Operator.Events;

internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "{Kind} {Namespace}/{Name}: {Reason}: {Note}")]
    public static partial void Happened(ILogger logger, string kind, string @namespace, string name, string reason, string note);

    [LoggerMessage(1001, LogLevel.Warning, "The event {Reason} could not be recorded: {Error}")]
    public static partial void EventNotRecorded(ILogger logger, string reason, string error);
}
