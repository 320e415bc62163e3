
namespace Rerank.Operator.Pipelines.Watch;

internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Warning, "{Trial}: its traffic is taken away ({Reason}): {Message}")]
    public static partial void Harm(ILogger logger, GuardedTrial trial, string reason, string message);

    [LoggerMessage(1101, LogLevel.Warning, "{Trial}: router {Router} could not be told to give it nothing: {Problem}")]
    public static partial void NotHeld(ILogger logger, GuardedTrial trial, Uri router, string problem);

    [LoggerMessage(1103, LogLevel.Warning, "{Trial}: router {Router} could not be polled")]
    public static partial void NotPolled(ILogger logger, Exception error, GuardedTrial trial, Uri router);

    [LoggerMessage(1102, LogLevel.Error, "{Pipeline} could not be judged")]
    public static partial void NotJudged(ILogger logger, Exception error, string pipeline);
}
