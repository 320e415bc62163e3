using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Models;

internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Information, "Generation {Generation} of {Pipeline} is in force: {Models} models, {Retired} retired")]
    public static partial void InForce(ILogger logger, long generation, string pipeline, int models, int retired);

    [LoggerMessage(201, LogLevel.Information, "Model {Model} ({Digest}) is ready on {Provider}")]
    public static partial void Ready(ILogger logger, string model, string digest, ExecutionProvider provider);

    [LoggerMessage(202, LogLevel.Warning, "Model {Model} ({Digest}) is not served: {Reason}: {Message}")]
    public static partial void Failed(ILogger logger, string model, string digest, string reason, string message);

    [LoggerMessage(203, LogLevel.Error, "Model {Model} ({Digest}) failed unexpectedly")]
    public static partial void ActivationFailed(ILogger logger, string model, string digest, Exception exception);

    [LoggerMessage(204, LogLevel.Information, "{File} holds no model set yet; waiting for a push")]
    public static partial void NoModelSet(ILogger logger, string file);

    [LoggerMessage(205, LogLevel.Error, "{File} holds no valid model set ({Problem}); waiting for a push")]
    public static partial void InvalidModelSet(ILogger logger, string file, string problem);

    [LoggerMessage(206, LogLevel.Warning, "Model {Model} ({Digest}) runs on {Provider} instead of what it prefers: {Reason}")]
    public static partial void PassedOver(ILogger logger, string model, string digest, ExecutionProvider provider, string reason);

    [LoggerMessage(207, LogLevel.Error, "A model that is served no longer could not be freed")]
    public static partial void NotUnloaded(ILogger logger, Exception exception);
}
