using Microsoft.Extensions.Logging;

namespace Rerank.Programs.Logs;

/// <summary>The logs of all programs look alike.</summary>
public static class ProgramLogs
{
    private const string Timestamp = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>Replaces what logs so far.</summary>
    public static ILoggingBuilder AddProgramLogs(this ILoggingBuilder logging, LogFormat format)
    {
        ArgumentNullException.ThrowIfNull(logging);
        logging.ClearProviders();
        if (format == LogFormat.Text)
        {
            return logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = Timestamp + " ";
                console.UseUtcTimestamp = true;
            });
        }

        logging.Configure(factory => factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        return logging.AddJsonConsole(console =>
        {
            console.TimestampFormat = Timestamp;
            console.UseUtcTimestamp = true;
            console.IncludeScopes = true;
        });
    }
}
