using System.Text;
using Rerank.RolloutStudy.Studies;

namespace Rerank.RolloutStudy.Report;

/// <summary>The study as a picture: for each way of being worse, the share that is rolled back and the time until half is, against the size.</summary>
internal static class Plot
{
    private const int Width = 960;
    private const int Height = 590;
    private const int Left = 74;
    private const int PanelWidth = 242;
    private const int PanelGap = 54;
    private const int PanelHeight = 190;
    private const int ShareTop = 96;
    private const int TimeTop = 346;
    private const int MinutesPerTick = 10;

    private static readonly (string Method, string Class, string Label)[] Methods =
    [
        (Detection.Ours, "ours", "Rerank Operator"),
        (Rivals.FirstFailure, "first", "fixed threshold, first failed minute"),
        (Rivals.FifthFailure, "fifth", "fixed threshold, fifth failed minute"),
        (Rivals.Kayenta, "rank", "Mann-Whitney"),
    ];

    /// <param name="minutes">How long a rollout takes.</param>
    public static string Of(IReadOnlyList<(RegressionKind Kind, IReadOnlyList<DetectionCell> Cells)> studies, double minutes)
    {
        var svg = new StringBuilder(Head(studies.SelectMany(study => study.Cells).Min(cell => cell.Rollbacks.Length)));
        var minuteTicks = (int)Math.Ceiling(minutes / MinutesPerTick);
        var x = Left - 6;
        foreach (var (_, style, label) in Methods)
        {
            svg.Append($"  <path class=\"{style}\" d=\"M{x} 24h24\" />{Marker(style, x + 12, 24)}<text class=\"label\" x=\"{x + 30}\" y=\"28\">{label}</text>\n");
            x += 54 + (int)(label.Length * 5.6);
        }

        for (var i = 0; i < studies.Count; i++)
        {
            var (kind, cells) = studies[i];
            var left = Left + i * (PanelWidth + PanelGap);
            svg.Append($"  <text class=\"name\" x=\"{left + PanelWidth / 2}\" y=\"62\" text-anchor=\"middle\">{kind.Name}</text>\n");
            svg.Append($"  <text class=\"label\" x=\"{left + PanelWidth / 2}\" y=\"80\" text-anchor=\"middle\">{kind.Axis}</text>\n");
            Panel(svg, kind, left, ShareTop, i == 0 ? "rolled back" : "", ["0 %", "25 %", "50 %", "75 %", "100 %"]);
            Panel(svg, kind, left, TimeTop, i == 0 ? "median time to rollback" : "", [.. Enumerable.Range(0, minuteTicks + 1).Select(tick => $"{MinutesPerTick * tick} min")]);
            foreach (var (method, style, _) in Methods.Reverse())
            {
                var own = cells.Where(cell => cell.Method == method).OrderBy(cell => cell.Size).ToArray();
                Line(svg, kind, style, left, ShareTop, [.. own.Select(cell => (cell.Size, cell.Share))]);
                Line(svg, kind, style, left, TimeTop, [.. own.Where(cell => cell.Median is not null).Select(cell => (cell.Size, cell.Median!.Seconds / 60.0 / MinutesPerTick / minuteTicks))]);
            }
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Panel(StringBuilder svg, RegressionKind kind, int left, int top, string title, string[] ticks)
    {
        var allowed = X(kind, left, kind.Allowed);
        svg.Append($"  <rect class=\"allowed\" x=\"{left}\" y=\"{top}\" width=\"{allowed - left:0.#}\" height=\"{PanelHeight}\" />\n");
        svg.Append($"  <text class=\"small\" x=\"{left + 5}\" y=\"{top + 14}\">allowed</text>\n");
        for (var i = 0; i < ticks.Length; i++)
        {
            var y = top + PanelHeight - i * PanelHeight / (ticks.Length - 1.0);
            svg.Append($"  <path class=\"grid\" d=\"M{left} {y:0.#}h{PanelWidth}\" />");
            svg.Append($"<text class=\"small\" x=\"{left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{ticks[i]}</text>\n");
        }

        for (var size = 0; size < kind.Sizes.Length; size++)
            svg.Append($"  <text class=\"small\" x=\"{X(kind, left, size):0.#}\" y=\"{top + PanelHeight + 17}\" text-anchor=\"middle\">{kind.Sizes[size].Label.Replace(" %", "%")}</text>\n");
        if (title.Length > 0)
            svg.Append($"  <text class=\"label\" transform=\"translate(14 {top + PanelHeight / 2}) rotate(-90)\" text-anchor=\"middle\">{title}</text>\n");
    }

    private static void Line(StringBuilder svg, RegressionKind kind, string style, int left, int top, (int Size, double Share)[] points)
    {
        if (points.Length == 0)
            return;

        var places = points.Select(point => (X: X(kind, left, point.Size), Y: top + PanelHeight * (1 - point.Share))).ToArray();
        svg.Append($"  <path class=\"{style}\" d=\"M{string.Join("L", places.Select(place => $"{place.X:0.#} {place.Y:0.#}"))}\" />");
        foreach (var (x, y) in places)
            svg.Append(Marker(style, x, y));
        svg.Append('\n');
    }

    private static string Marker(string style, double x, double y) => style switch
    {
        "ours" => $"<circle class=\"dot {style}\" cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"4\" />",
        "first" => $"<path class=\"dot {style}\" d=\"M{x - 4:0.#} {y - 4:0.#}h8v8h-8z\" />",
        "fifth" => $"<path class=\"dot {style}\" d=\"M{x:0.#} {y - 5:0.#}l5 9h-10z\" />",
        _ => $"<path class=\"dot {style}\" d=\"M{x:0.#} {y - 5.5:0.#}l5.5 5.5l-5.5 5.5l-5.5 -5.5z\" />",
    };

    private static double X(RegressionKind kind, int left, double size) => left + 16 + size * (PanelWidth - 32) / (kind.Sizes.Length - 1);

    private static string Head(int rollouts) => $$"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Width}} {{Height}}" font-family="ui-sans-serif, system-ui, Helvetica, Arial, sans-serif" font-size="13" role="img" aria-labelledby="title desc">
          <title id="title">How often and how soon a worse candidate is rolled back</title>
          <desc id="desc">Three kinds of regression in seven sizes, at {{Detection.RequestsPerSecond}} requests per second. Above: the share of at least {{rollouts}} simulated rollouts that each method rolls back. Below: the time until half of them are. The same numbers are in the tables of analysis.md.</desc>
          <style>
            .name { font-weight: 600; fill: #1f2328; }
            .label { fill: #424a53; font-size: 12.5px; }
            .small { fill: #59636e; font-size: 11px; }
            .grid { stroke: #d1d9e0; stroke-width: 1; fill: none; }
            .allowed { fill: #818b98; opacity: 0.13; }
            .ours { stroke: #0969da; stroke-width: 2.5; fill: none; }
            .first { stroke: #d1242f; stroke-width: 1.5; fill: none; }
            .fifth { stroke: #9a6700; stroke-width: 1.5; fill: none; }
            .rank { stroke: #8250df; stroke-width: 1.5; fill: none; }
            .dot { stroke: none; }
            .dot.ours { fill: #0969da; }
            .dot.first { fill: #d1242f; }
            .dot.fifth { fill: #9a6700; }
            .dot.rank { fill: #8250df; }
            @media (prefers-color-scheme: dark) {
              .name { fill: #f0f6fc; }
              .label { fill: #c9d1d9; }
              .small { fill: #9198a1; }
              .grid { stroke: #3d444d; }
              .ours { stroke: #58a6ff; }
              .first { stroke: #ff7b72; }
              .fifth { stroke: #d29922; }
              .rank { stroke: #be8fff; }
              .dot.ours { fill: #58a6ff; }
              .dot.first { fill: #ff7b72; }
              .dot.fifth { fill: #d29922; }
              .dot.rank { fill: #be8fff; }
            }
          </style>

        """;
}
