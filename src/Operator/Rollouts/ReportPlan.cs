using Rerank.Operator.Analysis;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Rollouts;

/// <summary>What a report says next, and when it is worth a write.</summary>
internal static class ReportPlan
{
    private const int MaxPath = 64;
    private const int MaxDecisions = 64;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    /// <param name="before">Null when there is none yet.</param>
    /// <param name="judged">The revision that it is about, as it stood when it was judged.</param>
    /// <returns>Null when nothing is worth a write.</returns>
    public static StoredReport? Next(
        StoredReport? before, string pipeline, Revision judged, RolloutArms? arms, EvidenceLedger ledger, AnalysisResult analysis, RolloutDecision? decision, DateTimeOffset now)
    {
        if (before is not null && decision is null && !IsNews(before, ledger, analysis, now))
            return null;

        var evidence = ledger.Total();
        var point = Point(judged, evidence, analysis, now);
        var path = before?.Report.Attempt == judged.Rollout.Attempt ? before.Report.Path : [];
        IReadOnlyList<ReportedDecision> decisions = before?.Report.Decisions ?? [];
        return new(
            new()
            {
                Pipeline = pipeline,
                Revision = judged.Name,
                Attempt = judged.Rollout.Attempt,
                Stable = arms?.Baseline.Name == judged.Name ? before?.Report.Stable : arms?.Baseline.Name,
                Step = judged.Rollout.Step,
                TrafficPermille = point.TrafficPermille,
                Verdict = analysis.Verdict,
                Metric = analysis.Deciding?.Name,
                Message = decision?.Message ?? analysis.Deciding?.Message,
                RepeatedRequests = evidence.Shadow.Repeated,
                SkippedRequests = evidence.Shadow.Skipped,
                UpdatedTime = now,
                Metrics = analysis.Metrics,
                Path = Thin([.. path, point]),
                Decisions = decision is null ? decisions : Append(decisions, before?.Report.Attempt == judged.Rollout.Attempt, new(now, decision.What, decision.Reason, decision.Message)),
            },
            ledger);
    }

    // Every second would be too often for the API server, and every quarter of a minute is what a router that dies may take with it.
    private static bool IsNews(StoredReport before, EvidenceLedger ledger, AnalysisResult analysis, DateTimeOffset now)
    {
        if (before.Report.Verdict != analysis.Verdict || before.Report.Metric != analysis.Deciding?.Name || before.Ledger.Attempt != ledger.Attempt)
            return true;
        if (ledger.Processes.Keys.Except(before.Ledger.Processes.Keys).Any() || ledger.FoldedProcesses.Count != before.Ledger.FoldedProcesses.Count)
            return true;
        // A look that draws anew must not be taken twice.
        if (ledger.Epoch != before.Ledger.Epoch || Looks(ledger) != Looks(before.Ledger))
            return true;
        return now - before.Report.UpdatedTime >= Period && Seen(before.Ledger) != Seen(ledger);
    }

    private static (long, long, long) Seen(EvidenceLedger ledger)
    {
        var total = ledger.Total();
        return (
            total.Stable.Requests + total.Stable.Feedback.Answers,
            total.Candidate.Requests + total.Candidate.Feedback.Answers,
            total.Shadow.Pairs + total.Shadow.StableFailed + total.Shadow.Repeated + total.Shadow.Skipped);
    }

    private static (int, long) Looks(EvidenceLedger ledger) =>
        (ledger.Tests.Values.Sum(t => t.Places.Done), ledger.Estimates.Values.Sum(e => e.NextAt));

    private static PathPoint Point(Revision judged, Evidence evidence, AnalysisResult analysis, DateTimeOffset now) => new()
    {
        Time = now,
        Step = judged.Rollout.Step,
        TrafficPermille = judged.Rollout.TrafficPermille,
        StableRequests = evidence.Stable.Requests,
        CandidateRequests = evidence.Candidate.Requests,
        ComparedRequests = evidence.Shadow.Pairs,
        Metrics = [.. analysis.Metrics.Select(m => new PathMetric(m.Name, m.Estimate, m.Lower, m.Upper, m.Verdict))],
    };

    // A decision that was told, and then cut off before it was stored, is taken again.
    private static IReadOnlyList<ReportedDecision> Append(IReadOnlyList<ReportedDecision> decisions, bool sameTry, ReportedDecision decision)
    {
        var again = sameTry && decisions is [.., var last] && (last.What, last.Reason) == (decision.What, decision.Reason)
            && (decision.What != "StepStarted" || last.Message == decision.Message);
        var others = again ? decisions.SkipLast(1) : decisions;
        return [.. others.TakeLast(MaxDecisions - 1), decision];
    }

    // The longer it goes on, the coarser it is told: every other point of the older half goes.
    private static IReadOnlyList<PathPoint> Thin(IReadOnlyList<PathPoint> path) => path.Count <= MaxPath
        ? path
        : [.. path.Where((_, i) => i >= MaxPath / 2 || i % 2 == 0)];
}

/// <summary>Content of a report's ConfigMap.</summary>
/// <param name="Ledger">What the report was made from, so that counting goes on after a restart.</param>
internal sealed record StoredReport(RolloutReport Report, EvidenceLedger Ledger);
