using Rerank.Operator.Runtime.Crds.Validation;
using static Rerank.Operator.Api.Validation.Rule;

namespace Rerank.Operator.Api.Validation;

internal static class PodRules
{
    private static readonly string[] Resources = ["cpu", "memory", "ephemeral-storage"];

    public static IReadOnlyList<FieldError> CheckResources(ResourcesSpec? resources, string path)
    {
        const string Message = "must only have `cpu`, `memory` and `ephemeral-storage`: GPUs are set by `gpu`";
        return
        [
            .. Require(resources?.Requests?.Keys.All(Resources.Contains) ?? true, $"{path}.requests", Message),
            .. Require(resources?.Limits?.Keys.All(Resources.Contains) ?? true, $"{path}.limits", Message),
            // No rule of the schema: API servers before 1.29 can't compare quantities in one, and refuse a definition that does.
            .. (resources?.Limits ?? []).SelectMany(limit => Require(
                !(resources?.Requests?.TryGetValue(limit.Key, out var request) ?? false) || (decimal)request <= (decimal)limit.Value,
                $"{path}.limits.{limit.Key}",
                $"must be at least what `requests.{limit.Key}` is")),
        ];
    }

    public static IReadOnlyList<FieldError> CheckScheduling(SchedulingSpec? scheduling, string path) => scheduling is null ? [] :
    [
        .. Require(
            scheduling.NodeSelector?.Keys.All(key => SchemaPattern.IsMatch(Patterns.LabelKey, key)) ?? true,
            $"{path}.nodeSelector",
            "must have label keys as keys, such as `kubernetes.io/arch`"),
        .. (scheduling.Tolerations ?? []).SelectMany((toleration, i) => CheckToleration(toleration, $"{path}.tolerations[{i}]")),
    ];

    private static IReadOnlyList<FieldError> CheckToleration(TolerationSpec toleration, string path) =>
    [
        .. Require(
            toleration.Operator != TolerationOperator.Exists || toleration.Value is null,
            $"{path}.value",
            "may not be specified when `operator` is \"Exists\""),
        .. Require(
            toleration.Key is not null || toleration.Operator == TolerationOperator.Exists,
            $"{path}.key",
            "must be set when `operator` is \"Equal\""),
    ];
}
