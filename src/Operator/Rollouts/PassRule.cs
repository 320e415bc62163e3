using Rerank.Operator.Api;
using Rerank.Operator.Pipelines.Revisions;

namespace Rerank.Operator.Rollouts;

/// <summary>What it takes to leave a step, or to end a bake.</summary>
internal static class PassRule
{
    /// <param name="judged">A candidate at a step, or the stable revision while it bakes.</param>
    public static PassWhen Of(RolloutSpec spec, Revision judged)
    {
        if (judged.Role == RevisionRole.Stable)
            return spec.Steps.Count > 0 ? PassWhen.Shown : PassWhen.Estimated;
        var step = spec.Steps.FindIndex(s => s.Name == judged.Rollout.Step);
        return step < 0 ? PassWhen.Estimated : spec.Steps[step].PassWhen ?? (step == spec.Steps.Count - 1 ? PassWhen.Shown : PassWhen.Estimated);
    }
}
