namespace Rerank.Cli.Text;

/// <summary>A path of values as one row of bars, the oldest first. A value that is absent is a blank.</summary>
internal static class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    public static string Draw(IReadOnlyList<double?> values, int width)
    {
        var shown = Shorten(values, width);
        var known = shown.OfType<double>().ToList();
        if (known.Count == 0)
            return "";

        var (low, high) = (known.Min(), known.Max());
        return string.Concat(shown.Select(value => value is { } v ? Bar(v, low, high) : ' '));
    }

    private static char Bar(double value, double low, double high) =>
        high > low ? Bars[(int)Math.Min((value - low) / (high - low) * Bars.Length, Bars.Length - 1)] : Bars[Bars.Length / 2];

    /// <summary>The last value of each of as many equal parts as fit.</summary>
    private static IReadOnlyList<double?> Shorten(IReadOnlyList<double?> values, int width) =>
        values.Count <= width ? values : [.. Enumerable.Range(1, width).Select(part => values[(int)((long)part * values.Count / width) - 1])];
}
