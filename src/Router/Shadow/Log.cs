namespace Rerank.Router.Shadow;

internal static partial class Log
{
    [LoggerMessage(600, LogLevel.Error, "Ranking an answered request for comparison failed")]
    public static partial void ShadowFailed(ILogger logger, Exception exception);
}
