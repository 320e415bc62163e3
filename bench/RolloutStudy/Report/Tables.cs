using System.Text;
using Rerank.RolloutStudy.Scenarios;
using Rerank.RolloutStudy.Studies;

namespace Rerank.RolloutStudy.Report;

/// <summary>The study in Markdown.</summary>
internal static class Tables
{
    /// <summary>Rollouts that end in a rejection or a return, none of which should.</summary>
    public static string WrongRollbacks(IReadOnlyList<StudyRow> rows)
    {
        var table = Head("both arms are equal", "rolled back", "returned", "promoted", "withheld", "undecided", "95 % upper bound of wrong ones");
        foreach (var row in rows)
        {
            var ours = row.Result;
            var bound = BinomialBound.Upper(ours.RolledBack + ours.Returned, ours.Rollouts);
            table.Append($"| {ours.Name} | {ours.RolledBack} of {ours.Rollouts} | {ours.Returned} | {ours.Promoted} | {ours.Withheld} | {ours.Waiting} | {1000 * bound:0.0} ‰ |");
            table.Append($" {string.Join(" | ", Rivals.Names.Select(name => Of(row, name, ends => $"{RolledBack(ends)}")))} |\n");
        }

        return table.ToString();
    }

    /// <summary>Rollouts that end in a promotion, none of which should.</summary>
    public static string WrongPromotions(IReadOnlyList<StudyRow> rows)
    {
        var table = Head("the candidate has", "promoted", "rolled back", "withheld", "undecided");
        foreach (var row in rows)
        {
            var ours = row.Result;
            table.Append($"| {ours.Name} | {ours.Promoted} of {ours.Rollouts} | {ours.RolledBack} | {ours.Withheld} | {ours.Waiting} |");
            table.Append($" {string.Join(" | ", Rivals.Names.Select(name => Of(row, name, ends => $"{ends.Length - RolledBack(ends)}")))} |\n");
        }

        return table.ToString();
    }

    /// <summary>Rollouts that should end in a rejection.</summary>
    public static string Detection(IReadOnlyList<StudyRow> rows)
    {
        var table = Head("the candidate has", "rolled back", "promoted", "withheld", "undecided", "median time", "candidate's requests");
        foreach (var row in rows)
        {
            var ours = row.Result;
            var times = ours is { MedianSecondsToVerdict: { } seconds, MedianCandidateRequests: { } requests } ? $"{seconds / 60:0.0} min | {requests:n0}" : "- | -";
            table.Append($"| {ours.Name} | {ours.RolledBack} of {ours.Rollouts} | {ours.Promoted} | {ours.Withheld} | {ours.Waiting} | {times} |");
            table.Append($" {string.Join(" | ", Rivals.Names.Select(name => Of(row, name, Detected)))} |\n");
        }

        return table.ToString();
    }

    public static string Sizes(RegressionKind kind, IReadOnlyList<DetectionCell> cells)
    {
        var methods = cells.Select(cell => cell.Method).Distinct().ToArray();
        var table = new StringBuilder($"| {kind.Axis} | rollouts | {string.Join(" | ", methods)} |\n|---:|---:|{string.Concat(methods.Select(_ => "---|"))}\n");
        for (var size = 0; size < kind.Sizes.Length; size++)
        {
            var allowed = size == 0 ? " (equal)" : size <= kind.Allowed ? " (allowed)" : "";
            table.Append($"| {kind.Sizes[size].Label}{allowed} | {cells.First(cell => cell.Size == size).Rollbacks.Length} | ");
            table.Append(string.Join(" | ", methods.Select(method => Describe(cells.Single(cell => cell.Method == method && cell.Size == size)))));
            table.Append(" |\n");
        }

        return table.ToString();
    }

    private static StringBuilder Head(string rows, params string[] columns)
    {
        string[] all = [.. columns, .. Rivals.Names];
        return new($"| {rows} | {string.Join(" | ", all)} |\n|---|{string.Concat(all.Select(_ => "---:|"))}\n");
    }

    /// <summary>A rival's cell; empty when it can't look at any of the metrics.</summary>
    private static string Of(StudyRow row, string rival, Func<RolloutEnd?[], string> cell) => row.Rivals.TryGetValue(rival, out var ends) ? cell(ends) : "-";

    private static int RolledBack(RolloutEnd?[] ends) => ends.Count(end => end is not null);

    private static string Detected(RolloutEnd?[] ends) => new DetectionCell("", 0, ends).Median is { } median ? $"{RolledBack(ends)}, {median.Seconds / 60.0:0.0} min" : $"{RolledBack(ends)}";

    private static string Describe(DetectionCell cell) => cell.Median is { } median
        ? $"{100 * cell.Share:0} %, {median.Seconds / 60.0:0.0} min, {median.CandidateRequests:n0} + {median.Pairs:n0}"
        : $"{100 * cell.Share:0} %";
}
