namespace Rerank.Cli.Text;

/// <summary>Spans of time as kubectl shows them: two units while they are small, one when nobody counts any more.</summary>
internal static class Age
{
    private const string Unknown = "<unknown>";

    public static string Since(DateTimeOffset? time, DateTimeOffset now) => time is { } value ? Of(now - value) : Unknown;

    /// <summary>A moment in UTC, as in the API's own timestamps.</summary>
    public static string Moment(DateTimeOffset time) => $"{time:yyyy-MM-dd'T'HH:mm:ss'Z'}";

    // HumanDuration of k8s.io/apimachinery/pkg/util/duration.
    public static string Of(TimeSpan span)
    {
        var seconds = (long)span.TotalSeconds;
        var (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        return seconds switch
        {
            < 0 => "0s",
            < 120 => $"{seconds}s",
            < 600 => With(minutes, "m", seconds % 60, "s"),
            < 3 * 3600 => $"{minutes}m",
            < 8 * 3600 => With(hours, "h", minutes % 60, "m"),
            < 48 * 3600 => $"{hours}h",
            < 8 * 86_400 => With(days, "d", hours % 24, "h"),
            < 2 * 365 * 86_400L => $"{days}d",
            < 8 * 365 * 86_400L => With(days / 365, "y", days % 365, "d"),
            _ => $"{days / 365}y",
        };
    }

    private static string With(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
