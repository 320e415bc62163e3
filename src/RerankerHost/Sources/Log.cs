namespace Rerank.RerankerHost.Sources;

internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Warning, "Download of {File} from {Host} broke off at byte {Offset}: {Problem}")]
    public static partial void DownloadBroken(ILogger logger, string file, string host, long offset, string problem);

    [LoggerMessage(301, LogLevel.Warning, "Stored file {Expected} has sha256 {Got} and is deleted")]
    public static partial void BlobSpoilt(ILogger logger, string expected, string got);

    [LoggerMessage(302, LogLevel.Warning, "Files in {Folder} that are no longer needed can't be removed")]
    public static partial void NotRemoved(ILogger logger, string folder, Exception exception);
}
