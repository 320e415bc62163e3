using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Pipelines.Revisions;

namespace Rerank.Operator.Rollouts;

/// <summary>What is known and thought of the revision that is judged now, if any is.</summary>
internal sealed record Judgement
{
    private static readonly AnalysisResult Nothing = new() { Verdict = Verdict.Undecided, Metrics = [] };

    public required RevisionRoles Roles { get; init; }

    public RolloutArms? Arms { get; init; }

    /// <summary>Null when nothing is judged.</summary>
    public EvidenceLedger? Ledger { get; init; }

    public Evidence Evidence { get; init; } = Evidence.None;

    public AnalysisResult Analysis { get; init; } = Nothing;

    public Trip? Trip => Ledger?.Trip();

    public static Judgement Of(Observation observed, RevisionRoles roles)
    {
        var arms = RolloutArms.Of(roles);
        if (arms?.Judged is not { } judged)
            return new() { Roles = roles, Arms = arms };

        var ledger = LedgerOf(observed, judged).With(
            from router in observed.Routers
            where router.Router?.Status?.Candidate is not null
            select (router.Router!.Status!.ProcessId, router.Router.Status.Candidate!));
        var evidence = ledger.Total();
        return new()
        {
            Roles = roles,
            Arms = arms,
            Ledger = ledger,
            Evidence = evidence,
            Analysis = RolloutJudge.Judge(
                observed.Pipeline.Spec.Rollout.Analysis, evidence, arms.TrafficPermille > 0, arms.MirrorPermille > 0, observed.ExternalCounts),
        };
    }

    /// <returns>Null when the report needn't be written.</returns>
    public StoredReport? Report(Observation observed, RolloutDecision? decision, DateTimeOffset now)
    {
        var about = decision?.Revision ?? Arms?.Judged?.Name;
        if (Roles.All.FirstOrDefault(r => r.Name == about) is not { } revision)
            return null;
        var judged = revision.Name == Arms?.Judged?.Name;
        return ReportPlan.Next(
            observed.Reports.GetValueOrDefault(revision.Name),
            PipelineOwner.Of(observed.Pipeline).ToString(),
            revision,
            Arms,
            judged ? Ledger! : LedgerOf(observed, revision),
            judged ? Analysis : Nothing,
            decision,
            now);
    }

    private static EvidenceLedger LedgerOf(Observation observed, Revision revision) =>
        (observed.Ledgers.GetValueOrDefault(revision.Name) is { } read && read.Attempt == revision.Rollout.Attempt
            ? read
            : observed.Reports.GetValueOrDefault(revision.Name)?.Ledger) is { } known && known.Attempt == revision.Rollout.Attempt
            ? known
            : EvidenceLedger.Empty(revision.Name, revision.Rollout.Attempt);
}
