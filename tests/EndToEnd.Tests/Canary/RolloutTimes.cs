using System.Text.Json.Nodes;
using Rerank.EndToEnd.Tests.Cluster;

namespace Rerank.EndToEnd.Tests.Canary;

/// <summary>How long it took to take a candidate out. All clocks are this machine's.</summary>
/// <param name="Reason">Of the verdict.</param>
/// <param name="FromStep">From the begin of the first step to the verdict.</param>
/// <param name="FromLimit">From a router's crossing of a hard limit until no router sent the candidate anything; null when none was crossed.</param>
/// <param name="FromVerdict">From the operator's verdict until no router sent the candidate anything; null when none ever did.</param>
/// <param name="Answered">Requests that the candidate answered.</param>
internal sealed record RolloutTimes(string Reason, TimeSpan? FromStep, TimeSpan? FromLimit, TimeSpan? FromVerdict, long Answered)
{
    public static async Task<RolloutTimes> OfAsync(Kubectl kubectl, RolloutWatch watch, string revision, LoadTally tally)
    {
        var reports = await kubectl.ListAsync("configmaps", $"rerank.dev/revision={revision},app.kubernetes.io/component=report");
        var report = JsonNode.Parse((string)Assert.Single(reports)!["data"]!["report.json"]!)!;
        var decisions = report["decisions"]!.AsArray();
        var rejected = decisions.Last(decision => (string?)decision!["what"] == "Rejected")!;
        var verdict = (DateTimeOffset)rejected["time"]!;
        var started = decisions.FirstOrDefault(decision => (string?)decision!["what"] == "StepStarted")?["time"];
        var left = watch.LeftBy(revision);
        return new(
            (string)rejected["reason"]!,
            started is null ? null : verdict - (DateTimeOffset)started,
            left - watch.Trip(revision)?.Time,
            left - verdict,
            tally.Revisions.GetValueOrDefault(revision)?.Count ?? 0);
    }

    public override string ToString() =>
        $"| `{Reason}` | {Seconds(FromStep)} | {Milliseconds(FromLimit)} | {Milliseconds(FromVerdict)} | {Answered} |";

    private static string Seconds(TimeSpan? time) => time is { } t ? $"{t.TotalSeconds:F1} s" : "";

    private static string Milliseconds(TimeSpan? time) => time is { } t ? $"{t.TotalMilliseconds:F0} ms" : "";
}
