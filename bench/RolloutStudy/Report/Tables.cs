using System.Text;
using Rerank.RolloutStudy.Studies;

namespace Rerank.RolloutStudy.Report;

/// <summary>The study in Markdown.</summary>
internal static class Tables
{
    public static string Of(IEnumerable<FalseRollbackRow> rows)
    {
        var table = new StringBuilder("| difference of the candidate | requests/s | Rerank Operator: rolled back | share | 95 % upper bound |");
        table.Append($" {string.Join(" | ", FalseRollbacks.Others)} |\n|---|---:|---:|---:|---:|{string.Concat(FalseRollbacks.Others.Select(_ => "---:|"))}\n");
        foreach (var row in rows)
        {
            var bound = BinomialBound.Upper(row.RolledBack, row.Rollouts);
            table.Append($"| {row.Difference} | {row.RequestsPerSecond} | {row.RolledBack} of {row.Rollouts} ");
            table.Append($"| {Permille((double)row.RolledBack / row.Rollouts)} | {Permille(bound)} |");
            table.Append($" {string.Join(" | ", row.ByOthers.Select(count => $"{100.0 * count / row.Rollouts:0} %"))} |\n");
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

    private static string Permille(double share) => $"{1000 * share:0.0} ‰";
}
