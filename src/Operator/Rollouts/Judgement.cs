using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Rollouts;

/// <summary>What is known and thought of the revision that is judged now, if any is.</summary>
internal sealed record Judgement
{
    public static readonly AnalysisResult Nothing = new() { Verdict = Verdict.Undecided, Metrics = [] };

    public required RevisionRoles Roles { get; init; }

    public RolloutArms? Arms { get; init; }

    /// <summary>Null when nothing is judged.</summary>
    public EvidenceLedger? Ledger { get; init; }

    public Evidence Evidence { get; init; } = Evidence.None;

    public AnalysisResult Analysis { get; init; } = Nothing;

    public Trip? Trip => Ledger?.Trip();

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
}
