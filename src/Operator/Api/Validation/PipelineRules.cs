using Rerank.Operator.Runtime.Crds.Validation;
using static Rerank.Operator.Api.Validation.Rule;

namespace Rerank.Operator.Api.Validation;

/// <summary>What the schema of a RerankPipeline can't say without CEL.</summary>
internal static class PipelineRules
{
    public static IReadOnlyList<FieldError> Check(RerankPipeline pipeline)
    {
        var spec = pipeline.Spec;
        return
        [
            .. RouterRules.Check(spec.Router, "spec.router"),
            .. CheckOrder(spec.Tiers),
            .. spec.Tiers.SelectMany((tier, i) => TierRules.Check(tier, $"spec.tiers[{i}]")),
            .. RolloutRules.Check(spec.Rollout, "spec.rollout"),
        ];
    }

    private static IReadOnlyList<FieldError> CheckOrder(List<TierSpec> tiers)
    {
        const string Path = "spec.tiers";
        var models = tiers.Count(tier => tier.Type == TierType.Model);
        return
        [
            .. Require(tiers.Skip(1).All(tier => tier.Type != TierType.Cache), Path, "must have a `Cache` tier only as the first one"),
            .. Require(models > 0, Path, "must have at least one `Model` tier"),
            .. Require(models <= 3, Path, "must have at most three `Model` tiers"),
            .. Require(
                tiers.Count == 0 || tiers[^1].Escalation is null,
                Path,
                "must not have `escalation` on the last tier, because nothing comes after it"),
            .. Require(
                tiers.SkipLast(1).All(tier => tier.Type != TierType.Model || tier.Escalation is not null),
                Path,
                "must have `escalation` on every `Model` tier but the last"),
        ];
    }
}
