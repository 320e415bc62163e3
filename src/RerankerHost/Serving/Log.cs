namespace Rerank.RerankerHost.Serving;

internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Error, "Request {RequestId} on route {Route} failed unexpectedly")]
    public static partial void RequestFailed(ILogger logger, string route, string requestId, Exception exception);

    [LoggerMessage(101, LogLevel.Error, "Model {Model} ({Digest}) failed to score")]
    public static partial void ModelFailed(ILogger logger, string model, string digest, Exception exception);
}
