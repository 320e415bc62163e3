namespace Rerank.Router.Admin;

internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Error, "The admin token file {Path} can't be read, so every admin call is refused: {Reason}")]
    public static partial void TokenUnreadable(ILogger logger, string path, string reason);
}
