using System.Text;
using Rerank.RolloutStudy.Studies;

namespace Rerank.RolloutStudy.Report;

/// <summary>The study in Markdown.</summary>
internal static class Tables
{
    /// <summary>Rollouts that end in a rejection or a return, none of which should.</summary>
    public static string WrongRollbacks(IReadOnlyList<StudyRow> rows)
    {
        var table = new StringBuilder("| both arms are equal | rolled back | returned | promoted | undecided | 95 % upper bound of wrong ones |");
        table.Append($" {string.Join(" | ", Rivals.Names)} |\n|---|---:|---:|---:|---:|---:|{string.Concat(Rivals.Names.Select(_ => "---:|"))}\n");
        foreach (var (scenario, ours, rivals) in rows)
        {
            var bound = BinomialBound.Upper(ours.RolledBack + ours.Returned, ours.Rollouts);
            table.Append($"| {scenario.Name} | {ours.RolledBack} of {ours.Rollouts} | {ours.Returned} | {ours.Promoted} | {ours.Undecided} | {Permille(bound)} |");
            table.Append($" {string.Join(" | ", rivals.Select(count => Percent(count, ours.Rollouts)))} |\n");
        }

        return table.ToString();
    }

    /// <summary>Rollouts that end in a promotion, none of which should.</summary>
    public static string WrongPromotions(IReadOnlyList<StudyRow> rows)
    {
        var table = new StringBuilder("| the candidate has | promoted | rolled back | undecided |");
        table.Append($" {string.Join(" | ", Rivals.Names.Select(name => $"{name}, promoted"))} |\n|---|---:|---:|---:|{string.Concat(Rivals.Names.Select(_ => "---:|"))}\n");
        foreach (var (scenario, ours, rivals) in rows)
        {
            table.Append($"| {scenario.Name} | {Percent(ours.Promoted, ours.Rollouts)} | {Percent(ours.RolledBack, ours.Rollouts)} | {Percent(ours.Undecided, ours.Rollouts)} |");
            var knows = scenario.Metrics[0].Type is not Rerank.Operator.Api.MetricType.Feedback;
            table.Append($" {string.Join(" | ", rivals.Select((count, i) => knows && !(i == 2 && scenario.Metrics[0].Type == Rerank.Operator.Api.MetricType.TopKOverlap) ? Percent(ours.Rollouts - count, ours.Rollouts) : "-"))} |\n");
        }

        return table.ToString();
    }

    public static string Of(RegressionKind kind, IReadOnlyList<DetectionCell> cells)
    {
        var methods = cells.Select(cell => cell.Method).Distinct().ToArray();
        var table = new StringBuilder($"| {kind.Axis} | {string.Join(" | ", methods)} |\n|---:|{string.Concat(methods.Select(_ => "---|"))}\n");
        for (var size = 0; size < kind.Sizes.Length; size++)
        {
            var allowed = size == 0 ? " (equal)" : size <= kind.Allowed ? " (allowed)" : "";
            table.Append($"| {kind.Sizes[size].Label}{allowed} | ");
            table.Append(string.Join(" | ", methods.Select(method => Describe(cells.Single(cell => cell.Method == method && cell.Size == size)))));
            table.Append(" |\n");
        }

        return table.ToString();
    }

    private static string Describe(DetectionCell cell) => cell.Median is { } median
        ? $"{100 * cell.Share:0} %, {median.Seconds / 60.0:0.0} min, {median.CandidateRequests:n0} + {median.Pairs:n0}"
        : $"{100 * cell.Share:0} %";

    private static string Percent(int count, int of) => $"{100.0 * count / of:0} %";

    private static string Permille(double share) => $"{1000 * share:0.0} ‰";
}
