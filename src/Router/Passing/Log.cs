namespace Rerank.Router.Passing;

internal static partial class Log
{
    [LoggerMessage(310, LogLevel.Error, "Request {RequestId} to {Route} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string route, string requestId);
}
