namespace Rerank.Operator.Admin;

internal static partial class Log
{
    [LoggerMessage(420, LogLevel.Information, "The admin token of {Pipeline} is being replaced")]
    public static partial void Rotating(ILogger logger, string pipeline);

    [LoggerMessage(421, LogLevel.Information, "The admin token of {Pipeline} has been replaced: all its pods have taken the new one")]
    public static partial void Rotated(ILogger logger, string pipeline);

    [LoggerMessage(422, LogLevel.Warning, "The admin token of {Pipeline} can't be replaced for now: {Message}")]
    public static partial void NotRotated(ILogger logger, string pipeline, string message);
}
