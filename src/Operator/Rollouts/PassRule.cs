using Rerank.Operator.Api;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Rollouts;

/// <summary>What a revision's metrics have to be for it to go on: as the spec says, and shown where it would get all of the traffic next.</summary>
internal static class PassRule
{
    public static PassWhen Of(RolloutSpec spec, Revision judged)
    {
        if (judged.Role == RevisionRole.Stable)
            return spec.Steps.Count > 0 ? PassWhen.Shown : PassWhen.Estimated;
        var step = spec.Steps.Find(s => s.Name == judged.Rollout.Step);
        return step?.PassWhen ?? (StepPlan.Following(spec.Steps, judged.Rollout) is null ? PassWhen.Shown : PassWhen.Estimated);
    }
}
