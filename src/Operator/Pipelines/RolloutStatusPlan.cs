using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Rollouts;
using Rerank.Operator.Status;
using static Rerank.Operator.Api.ConditionStatus;

namespace Rerank.Operator.Pipelines;

/// <summary>The part of a pipeline's status that is about revisions and how they compare.</summary>
internal sealed class RolloutStatusPlan(Observation observed, PipelinePlan plan)
{
    private const int All = 1000;
    private const int MaxRejected = 10;
    private const int MaxMessage = 1024;
    private const int CountDigits = 2;

    private readonly RolloutArms? _arms = RolloutArms.Of(plan.Roles);

    public StableStatus? Stable() => plan.Roles.Stable is not { } stable ? null : new()
    {
        Revision = stable.Name,
        TrafficPermille = stable.Name == _arms!.Judged?.Name ? _arms.TrafficPermille : stable.State == RevisionState.Returning ? 0 : All - _arms.TrafficPermille,
        SinceTime = Time(stable.StableSince),
        BakesUntilTime = Time(stable.Rollout.BakesUntil),
        Attempt = stable.IsGuarded ? stable.Try : null,
    };

    public CandidateRevisionStatus? Candidate() => plan.Roles.Candidate is not { } candidate ? null : new()
    {
        Revision = candidate.Name,
        Attempt = candidate.Try,
        TrafficPermille = candidate.Rollout.TrafficPermille,
        MirrorPermille = candidate.Rollout.MirrorPermille,
        Step = candidate.Rollout.Step,
        StepStartTime = Time(candidate.Rollout.StepSince),
        SinceTime = Time(candidate.CandidateSince),
    };

    /// <summary>What is judged, or was until now.</summary>
    public AnalysisStatus? Analysis()
    {
        var judgement = plan.Rollout.Judgement;
        if (judgement.Arms?.Judged is not { } judged)
            return null;
        var deciding = judgement.Analysis.Deciding;
        return new()
        {
            Revision = judged.Name,
            Verdict = judgement.Analysis.Verdict,
            Metric = deciding?.Name,
            Message = deciding is null ? null : Bounded(MetricText.Of(deciding)),
            StableRequests = Round(judgement.Evidence.Stable.Requests),
            CandidateRequests = Round(judgement.Evidence.Candidate.Requests),
            ComparedRequests = Round(judgement.Evidence.Shadow.Pairs),
            ReportRef = new() { Name = PipelineOwner.Of(observed.Pipeline).Names.Report(judged.Name) },
        };
    }

    public List<RejectedStatus>? Rejected()
    {
        var rejected = plan.Roles.All.Except(plan.SurplusRevisions).Where(r => r.IsRejected).OrderByDescending(r => r.Verdict!.Time).Take(MaxRejected)
            .Select(r => new RejectedStatus
            {
                Revision = r.Name,
                Reason = r.Verdict!.Reason,
                Message = Bounded(r.Verdict.Message),
                Attempts = r.Verdict.Attempts,
                Time = Conditions.Seconds(r.Verdict.Time),
            })
            .ToList();
        return rejected.Count == 0 ? null : rejected;
    }

    /// <summary>That what the spec asks for has been rejected; null when it hasn't.</summary>
    public Problem? RolledBack()
    {
        var desired = observed.Desired.Snapshot?.Hash();
        if (plan.Roles.All.FirstOrDefault(r => r.Name == desired) is not { IsRejected: true, Verdict: { } verdict })
            return null;
        return new(
            Reasons.RolledBack,
            $"Revision {desired} is what the spec asks for, and was rejected ({verdict.Reason}): {verdict.Message.TrimEnd('.')}. "
                + $"Change the spec, or allow another try with a directive {Directives.Ask(DirectiveAction.Retry, verdict.Attempts + 1)}.");
    }

    public DesiredCondition CandidateHealthy()
    {
        const string Type = "CandidateHealthy";
        if (plan.Roles.Candidate is not { } candidate)
            return new(Type, Unknown, Reasons.NoCandidate, "There is no candidate.");
        return plan.Rollout.Situation.Placement is { } problem
            ? DesiredCondition.Of(Type, False, problem)
            : new(Type, True, Reasons.Healthy, $"All that revision {candidate.Name} needs is up.");
    }

    public DesiredCondition DirectivesIgnored()
    {
        const string Type = "DirectivesIgnored";
        var known = plan.Roles.All.Except(plan.SurplusRevisions).ToList();
        var directives = new Directives(observed.Pipeline.Spec.Rollout.Directives);
        var unknown = directives.About(revision => !known.Any(r => r.Name == revision))
            .Select(d => $"{d.Action} of {d.Revision}").Order(StringComparer.Ordinal).ToList();
        var others = known.SelectMany(r => directives.OfAnotherTry(r).Select(d => $"{d.Action} of {d.Revision} (attempt {d.Attempt ?? 1}; it is at {r.Try})"))
            .Order(StringComparer.Ordinal).ToList();
        if (unknown.Count == 0 && others.Count == 0)
            return new(Type, False, Reasons.NoneIgnored, "Every directive is about a revision that is there, and about the attempt that it is at.");
        var words = new List<string>(2);
        if (unknown.Count > 0)
            words.Add($"These directives are about no revision that is there, and may be removed: {string.Join(", ", unknown)}.");
        if (others.Count > 0)
            words.Add($"These directives do nothing, because they are about another attempt: {string.Join(", ", others)}.");
        return new(Type, True, unknown.Count > 0 ? Reasons.UnknownRevision : Reasons.OtherAttempt, string.Join(" ", words));
    }

    private static DateTime? Time(DateTimeOffset? time) => time is { } value ? Conditions.Seconds(value) : null;

    private static string Bounded(string message) => message.Length <= MaxMessage ? message : $"{message.AsSpan(0, MaxMessage - 3)}...";

    // Two digits are enough for people, and make a hundred writes of a million requests.
    private static long Round(long count)
    {
        var unit = 1L;
        while (count / unit >= (long)Math.Pow(10, CountDigits))
            unit *= 10;
        return count / unit * unit;
    }
}
