namespace Rerank.Router.Serving;

internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Error, "Request {RequestId} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string requestId);
}
