using Rerank.Contracts.Routing;
using Rerank.Operator.Runtime.Crds.Validation;
using static Rerank.Operator.Api.Validation.Rule;

namespace Rerank.Operator.Api.Validation;

internal static class TierRules
{
    public static IReadOnlyList<FieldError> Check(TierSpec tier, string path)
    {
        var isModel = tier.Type == TierType.Model;
        return
        [
            .. Require(
                tier.Name is not ("router" or "admin"),
                $"{path}.name",
                $"\"{tier.Name}\": must not be \"router\" or \"admin\", which name the pipeline's own parts"),
            .. Require(tier.Cache is not null != isModel, path, "must have `cache` when `type` is \"Cache\", and only then"),
            .. Require(tier.Model is not null == isModel, path, "must have `model` when `type` is \"Model\", and only then"),
            .. Require(tier.Escalation is null || isModel, $"{path}.escalation", "may not be specified when `type` is \"Cache\""),
            .. tier.Model is null ? [] : CheckModel(tier.Model, $"{path}.model"),
            .. tier.Escalation is null ? [] : CheckEscalation(tier.Escalation, $"{path}.escalation"),
        ];
    }

    private static IReadOnlyList<FieldError> CheckModel(TierModelSpec model, string path)
    {
        var isPool = model.Placement == Placement.Pool;
        return
        [
            .. Require(model.Replicas is not null == isPool, $"{path}.replicas", "must be set when `placement` is \"Pool\", and only then"),
            .. Require(
                model.Replicas is null || model.Replicas.Min <= model.Replicas.Max,
                $"{path}.replicas",
                "must have `min` not larger than `max`"),
            .. Require(model.Gpu is null || isPool, $"{path}.gpu", "may not be specified when `placement` is \"Sidecar\""),
            .. Require(
                model.Scheduling is null || isPool,
                $"{path}.scheduling",
                "may not be specified when `placement` is \"Sidecar\": a sidecar runs where the router runs"),
            .. PodRules.CheckResources(model.Resources, $"{path}.resources"),
            .. PodRules.CheckScheduling(model.Scheduling, $"{path}.scheduling"),
        ];
    }

    private static IReadOnlyList<FieldError> CheckEscalation(EscalationSpec escalation, string path)
    {
        var isMargin = escalation.Type == EscalationType.Margin;
        return
        [
            .. Require(escalation.MarginMilli is not null == isMargin, $"{path}.marginMilli", "must be set when `type` is \"Margin\", and only then"),
            .. Require(escalation.TopK is null || isMargin, $"{path}.topK", "may only be specified when `type` is \"Margin\""),
        ];
    }
}
