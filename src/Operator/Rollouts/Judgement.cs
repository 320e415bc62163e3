using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
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

    public static Judgement Of(Observation observed, RevisionRoles roles, DateTimeOffset now)
    {
        var arms = RolloutArms.Of(roles);
        if (arms?.Judged is not { } judged)
            return new() { Roles = roles, Arms = arms };

        var reports =
            from router in observed.Routers
            where router.Router?.Status?.Candidate is not null
            select (router.Router!.Status!.ProcessId, router.Router.Status.Candidate!);
        var (analysis, ledger) = Of(observed.Pipeline.Spec, arms, LedgerOf(observed, judged), reports, observed.Routers.Count(p => p.Router?.Status is null), observed.ExternalCounts, now);
        return new() { Roles = roles, Arms = arms, Ledger = ledger, Evidence = ledger.Total(), Analysis = analysis };
    }

    /// <summary>Takes new reports in, and judges.</summary>
    /// <param name="arms">With something judged.</param>
    /// <param name="unanswered">Router pods that are there and haven't answered.</param>
    public static (AnalysisResult Analysis, EvidenceLedger Ledger) Of(
        RerankPipelineSpec spec,
        RolloutArms arms,
        EvidenceLedger ledger,
        IEnumerable<(string ProcessId, CandidateStatus Status)> reports,
        int unanswered,
        IReadOnlyDictionary<string, ExternalCounts> sources,
        DateTimeOffset now)
    {
        var (judged, rollout) = (arms.Judged!, spec.Rollout);
        var isByKey = spec.Router.Assignment.Type == AssignmentType.HeaderHash;
        var bakes = judged.Role == RevisionRole.Stable;
        var news = new LedgerNews
        {
            Reports = reports,
            Unanswered = unanswered,
            Spec = rollout.Analysis,
            Sources = sources,
            Epoch = judged.Rollout.Epoch,
            TrafficPermille = arms.TrafficPermille,
            IsByKey = isByKey,
            KeepsSafety = bakes,
            Now = now,
        };
        var terms = new JudgeTerms(arms.TrafficPermille, arms.MirrorPermille > 0, PassRule.Of(rollout, judged), isByKey, KeepsSafety: bakes);
        return RolloutJudge.Judge(rollout.Analysis, ledger.With(news), terms, sources);
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
