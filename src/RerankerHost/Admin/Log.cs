namespace Rerank.RerankerHost.Admin;

internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Warning, "Admin request from {Remote} without the right token")]
    public static partial void Refused(ILogger logger, string remote);

    [LoggerMessage(401, LogLevel.Warning, "Pushed model set refused: {Problem}")]
    public static partial void Invalid(ILogger logger, string problem);

    [LoggerMessage(402, LogLevel.Error, "The admin token can't be read")]
    public static partial void TokenUnreadable(ILogger logger, Exception exception);
}
