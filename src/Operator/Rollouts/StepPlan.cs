using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Rollouts;

/// <summary>A candidate at a step: what it still needs, and what follows.</summary>
internal static class StepPlan
{
    public static RolloutOutcome Next(RevisionRoles roles, Revision candidate, RolloutSituation situation, DateTimeOffset now)
    {
        var (spec, state) = (situation.Spec, candidate.Rollout);
        var step = spec.Steps.FirstOrDefault(s => s.Name == state.Step);
        var problem = situation.Placement;
        if (Health.IsOver(state, problem, state.UnhealthySince, spec.ProgressDeadlineSeconds, now))
        {
            var message = $"It has not been healthy for {spec.ProgressDeadlineSeconds} s at step \"{state.Step}\" ({problem!.Reason}): {problem.Message}";
            return RolloutPlan.Reject(roles, new(RolloutReasons.ProgressDeadlineExceeded, message), now);
        }

        if (Lowered(state, step, now) is { } lowered)
            return new(With(roles, candidate, lowered), Waits: NotFollowed());
        if (situation.Directives.Promotes(candidate) && problem is null && situation.Acknowledged)
            return RolloutPlan.Promote(roles, situation, RolloutReasons.PromotedNow, $"A directive promotes it from step \"{state.Step}\".", Bake(spec), now);

        if (state.StepSince is null && situation.Acknowledged)
            return new(With(roles, candidate, Followed(state, situation.Evidence, now)), Waits: Observing(situation.Analysis));
        // A clock that was set back: the step began now at the latest.
        if (state.StepSince > now)
            state = state with { StepSince = now };
        state = MarkSource(Counted(state, situation.Evidence), situation.Analysis, now);
        roles = With(roles, candidate, state);
        if (Deadline(roles, state, step, situation, now) is { } over)
            return over;
        if (problem is null && (!situation.Acknowledged || state.StepSince is null))
            return Convergence.Wait(roles, state, situation, now);
        if (Waits(candidate, state, step, situation, now) is { } waits)
            return new(roles, Waits: waits);

        return Following(spec.Steps, state) is { } next
            ? Begin(roles, roles.Candidate!, next, now)
            : RolloutPlan.Promote(roles, situation, RolloutReasons.AnalysisPassed, "It passed every step.", Bake(spec), now);
    }

    public static RolloutOutcome Begin(RevisionRoles roles, Revision candidate, StepSpec step, DateTimeOffset now)
    {
        var state = candidate.Rollout with
        {
            Step = step.Name,
            Epoch = candidate.Rollout.Epoch + 1,
            TrafficPermille = step.TrafficPermille,
            MirrorPermille = step.MirrorPermille,
            StepSince = null,
            SourceErrorSince = null,
            NotFollowedSince = now,
        };
        var message = $"It answers {step.TrafficPermille} of 1000 requests, and {step.MirrorPermille} of 1000 are compared.";
        // Routers compare two revisions at a time, so that what bakes is settled by now.
        return new(
            With(RevisionPlan.EndBake(roles, now), candidate.Enter(RevisionState.AtStep, now), state),
            new(DecisionKind.StepStarted, candidate.Name, "StepStarted", $"Step \"{step.Name}\": {message}{RolloutPlan.EndedBake(roles)}"),
            NotFollowed());
    }

    public static Problem NotFollowed() => new(Reasons.Switching, "Not every router follows the weights yet.");

    public static Problem Paused(string message) => new(Reasons.Paused, message);

    private static Problem Observing(AnalysisResult analysis) =>
        new(Reasons.RolloutInProgress, analysis.Deciding is { } metric ? MetricText.Of(metric) : "Requests are being observed.");

    private static TimeSpan Bake(RolloutSpec spec) => TimeSpan.FromSeconds(spec.BakeSeconds);

    private static RevisionRoles With(RevisionRoles roles, Revision candidate, RolloutState state) => roles with { Candidate = candidate with { Rollout = state } };

    // Steps may be edited while one is under way. Less takes effect at once; more has to be earned like any other rise.
    private static RolloutState? Lowered(RolloutState state, StepSpec? step, DateTimeOffset now)
    {
        if (step is null)
            return null;
        var traffic = Math.Min(state.TrafficPermille, step.TrafficPermille);
        return traffic == state.TrafficPermille && step.MirrorPermille == state.MirrorPermille
            ? null
            : state with { TrafficPermille = traffic, MirrorPermille = step.MirrorPermille, Epoch = state.Epoch + 1, NotFollowedSince = now };
    }

    private static RolloutState Followed(RolloutState state, Evidence evidence, DateTimeOffset now) => state with
    {
        StepSince = now,
        TrafficSince = state.TrafficSince ?? (state.TrafficPermille > 0 ? now : null),
        RequestsBefore = evidence.Candidate.Requests,
        ComparedBefore = evidence.Shadow.Pairs,
    };

    // Fewer than there were: what had been counted is lost, and all that is known came since. Kept, so that the count never falls behind again.
    private static RolloutState Counted(RolloutState state, Evidence evidence) => state with
    {
        RequestsBefore = state.RequestsBefore > evidence.Candidate.Requests ? 0 : state.RequestsBefore,
        ComparedBefore = state.ComparedBefore > evidence.Shadow.Pairs ? 0 : state.ComparedBefore,
    };

    private static RolloutState MarkSource(RolloutState state, AnalysisResult analysis, DateTimeOffset now) => analysis.SourceFailed
        ? state with { SourceErrorSince = state.SourceErrorSince ?? now }
        : state with { SourceErrorSince = null };

    private static RolloutOutcome? Deadline(RevisionRoles roles, RolloutState state, StepSpec? step, RolloutSituation situation, DateTimeOffset now)
    {
        var analysis = situation.Spec.Analysis;
        if (RolloutPlan.IsOver(state.SourceErrorSince, analysis.SourceError.DeadlineSeconds, now))
        {
            var error = situation.Analysis.Metrics.First(m => m is { Mode: MetricMode.Enforce, SourceError: not null });
            var message = $"The source of metric \"{error.Name}\" has failed for {analysis.SourceError.DeadlineSeconds} s: {error.SourceError}";
            return AtDeadline(roles, analysis.SourceError.OnDeadline, new(RolloutReasons.SourceError, message), now);
        }

        if (Missing(state, step, situation) is { } missing && RolloutPlan.IsOver(state.StepSince, analysis.NoData.DeadlineSeconds, now))
        {
            var message = $"After {analysis.NoData.DeadlineSeconds} s too little has been seen. {missing}";
            return AtDeadline(roles, analysis.NoData.OnDeadline, new(RolloutReasons.NoData, message), now);
        }

        return null;
    }

    private static RolloutOutcome AtDeadline(RevisionRoles roles, DeadlineAction action, Problem why, DateTimeOffset now) =>
        action == DeadlineAction.Rollback ? RolloutPlan.Reject(roles, why, now) : new(roles, Waits: why, IsOverdue: true);

    private static Problem? Waits(Revision candidate, RolloutState state, StepSpec? step, RolloutSituation situation, DateTimeOffset now)
    {
        if (situation.Placement is { } problem)
            return problem;
        if (state.StepSince is not { } since)
            return NotFollowed();
        if (situation.Directives.Pauses(candidate))
            return Paused($"A directive pauses it at step \"{state.Step}\"; its guards stay armed.");
        if (situation.Analysis.Verdict != Verdict.Pass)
            return Observing(situation.Analysis);
        if (Missing(state, step, situation) is { } missing)
            return new(Reasons.RolloutInProgress, missing);
        var left = since + TimeSpan.FromSeconds(step?.MinDurationSeconds ?? 0) - now;
        if (left > TimeSpan.Zero)
            return new(Reasons.RolloutInProgress, $"Step \"{state.Step}\" lasts until {Conditions.Seconds(now + left):yyyy-MM-ddTHH:mm:ssZ}.");
        return step is { Approval: Approval.Required } && !situation.Directives.Approves(candidate, step.Name)
            ? new(Reasons.AwaitingApproval, $"Step \"{step.Name}\" is passed and waits for a directive {Directives.Ask(DirectiveAction.Approve, candidate.Try)}.")
            : null;
    }

    /// <summary>What is still to be seen, in words.</summary>
    private static string? Missing(RolloutState state, StepSpec? step, RolloutSituation situation)
    {
        if (situation.Analysis.LacksData)
            return MetricText.Of(situation.Analysis.Metrics.First(m => m is { Mode: MetricMode.Enforce, LacksData: true }));
        var seen = state.TrafficPermille > 0
            ? situation.Evidence.Candidate.Requests - state.RequestsBefore
            : situation.Evidence.Shadow.Pairs - state.ComparedBefore;
        return step is not null && seen < step.MinRequests ? $"Step \"{step.Name}\" has not seen {step.MinRequests} requests yet.{Obstacle(state, situation)}" : null;
    }

    /// <summary>Why requests that come may not count, in words that don't change with each of them; empty where nothing says so.</summary>
    private static string Obstacle(RolloutState state, RolloutSituation situation)
    {
        if (state.TrafficPermille > 0)
        {
            return situation.Analysis.Metrics.Any(m => m is { CandidateKeys: 0, StableKeys: > 0 })
                ? " Of the keys that send requests none falls to the candidate at this weight."
                : "";
        }

        var shadow = situation.Evidence.Shadow;
        if (situation.Spec.Analysis.MaxShadowCostPermille == 0)
            return " Nothing is compared, since `analysis.maxShadowCostPermille` is 0.";
        if (shadow.Repeated > shadow.Pairs && shadow.Repeated >= shadow.Skipped)
            return " Most of those that were chosen don't count: the same request had been compared shortly before, or five of its key within the minute.";
        return shadow.Skipped > shadow.Pairs ? " Most of those that were chosen were not compared, since `analysis.maxShadowCostPermille` or the number at once was used up." : "";
    }

    /// <summary>
    /// The step after this one. When this one's weight was raised meanwhile, it is that step itself again; when it was removed, the first one that gives
    /// more.
    /// </summary>
    public static StepSpec? Following(List<StepSpec> steps, RolloutState state)
    {
        var index = steps.FindIndex(s => s.Name == state.Step);
        if (index < 0)
            return steps.FirstOrDefault(s => s.TrafficPermille > state.TrafficPermille);
        return steps[index].TrafficPermille > state.TrafficPermille ? steps[index] : steps.ElementAtOrDefault(index + 1);
    }
}
