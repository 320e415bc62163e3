namespace Rerank.Router.Serving;

internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Error, "Request {RequestId} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string requestId);

    [LoggerMessage(301, LogLevel.Error, "{Observer} failed with the answer to request {RequestId}")]
    public static partial void ObserverFailed(ILogger logger, Exception exception, string observer, string requestId);
}
