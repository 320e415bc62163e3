namespace Rerank.Cli.Text;

/// <summary>
/// An estimate between its bounds, and where failure begins, on one line: <c>··─────●───┃···</c>. A bound that is absent is open.
/// </summary>
internal static class Gauge
{
    private const double Margin = 0.08;

    public static string Draw(double? lower, double? estimate, double? upper, double? threshold, int width)
    {
        double[] marks = [.. new[] { lower, estimate, upper, threshold }.OfType<double>().Where(double.IsFinite)];
        if (marks.Length == 0)
            return new('·', width);

        // Zero is in the picture when it is about as far away as the rest is wide: it is where nothing has changed.
        var (low, high) = (marks.Min(), marks.Max());
        if (low > 0 && low <= high - low)
            low = 0;
        var room = high > low ? (high - low) * Margin : 1;
        (low, high) = (low - room, high + room);

        var cells = Enumerable.Repeat('·', width).ToArray();
        if (lower is not null || upper is not null)
        {
            var (from, to) = (lower is { } l ? Place(l) : 0, upper is { } u ? Place(u) : width - 1);
            Array.Fill(cells, '─', from, Math.Max(1, to - from + 1));
        }

        if (threshold is { } limit)
            cells[Place(limit)] = '┃';
        if (estimate is { } value)
            cells[Place(value)] = '●';
        return new(cells);

        int Place(double value) => (int)Math.Clamp((value - low) / (high - low) * width, 0, width - 1);
    }
}
