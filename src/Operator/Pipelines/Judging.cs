using Rerank.Operator.Analysis;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Rollouts;

namespace Rerank.Operator.Pipelines;

/// <summary>Judges what was observed of a pipeline.</summary>
internal static class Judging
{
    public static Judgement Of(Observation observed, RevisionRoles roles, DateTimeOffset now)
    {
        var arms = RolloutArms.Of(roles);
        if (arms?.Judged is not { } judged)
            return new() { Roles = roles, Arms = arms };

        var reports =
            from router in observed.Routers
            where router.Router?.Status?.Candidate is not null
            select (router.Router!.Status!.ProcessId, router.Router.Status.Candidate!);
        var (analysis, ledger) = Judgement.Of(observed.Pipeline.Spec, arms, LedgerOf(observed, judged), reports, observed.Routers.Count(p => p.Router?.Status is null), observed.ExternalCounts, now);
        return new() { Roles = roles, Arms = arms, Ledger = ledger, Evidence = ledger.Total(), Analysis = analysis };
    }

    /// <returns>Null when the report needn't be written.</returns>
    public static StoredReport? Report(Judgement judgement, Observation observed, RolloutDecision? decision, DateTimeOffset now)
    {
        var about = decision?.Revision ?? judgement.Arms?.Judged?.Name;
        if (judgement.Roles.All.FirstOrDefault(r => r.Name == about) is not { } revision)
            return null;
        var judged = revision.Name == judgement.Arms?.Judged?.Name;
        return ReportPlan.Next(
            observed.Reports.GetValueOrDefault(revision.Name),
            PipelineOwner.Of(observed.Pipeline).ToString(),
            revision,
            judgement.Arms,
            judged ? judgement.Ledger! : LedgerOf(observed, revision),
            judged ? judgement.Analysis : Judgement.Nothing,
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
