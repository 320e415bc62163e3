using Rerank.Operator.Runtime.Crds.Validation;
using static Rerank.Operator.Api.Validation.Rule;

namespace Rerank.Operator.Api.Validation;

internal static class RolloutRules
{
    private const int All = 1000;

    public static IReadOnlyList<FieldError> Check(RolloutSpec rollout, string path) =>
    [
        .. Require(
            rollout.Steps.Any(step => step.MirrorPermille > 0) || !rollout.Analysis.Metrics.Any(ComparesRankings),
            $"{path}.steps",
            "must have a step with `mirrorPermille` above zero when a metric of type \"TopKOverlap\" has the mode \"Enforce\", because there are no rankings to compare otherwise"),
        .. Require(
            rollout.Steps.Zip(rollout.Steps.Skip(1)).All(pair => pair.First.TrafficPermille <= pair.Second.TrafficPermille),
            $"{path}.steps",
            "must not have a step with less `trafficPermille` than the one before it"),
        .. Require(
            !rollout.Steps.Any(step => step.TrafficPermille == All) || !rollout.Analysis.Metrics.Any(NeedsStablesTraffic),
            $"{path}.steps",
            "must not have a step with `trafficPermille: 1000` when a metric of type \"ErrorRate\", \"LatencyQuantile\", \"DegradedShare\", \"Feedback\" or \"Prometheus\" has the mode "
                + "\"Enforce\", because the stable revision would answer nothing to compare with"),
        .. rollout.Steps.SelectMany((step, i) => CheckStep(step, $"{path}.steps[{i}]")),
        .. Require(
            rollout.Analysis.Metrics.Where(metric => metric.Type == MetricType.TopKOverlap).Select(metric => metric.TopK ?? MetricSpec.DefaultTopK).Distinct().Count() <= 1,
            $"{path}.analysis.metrics",
            "must not have metrics of type \"TopKOverlap\" with different `topK`, because rankings are compared at one number of places"),
        .. rollout.Analysis.Metrics.SelectMany((metric, i) => MetricRules.Check(metric, $"{path}.analysis.metrics[{i}]")),
        .. (rollout.Directives ?? []).SelectMany((directive, i) => CheckDirective(directive, $"{path}.directives[{i}]")),
    ];

    private static bool NeedsStablesTraffic(MetricSpec metric) => metric is
    {
        Mode: MetricMode.Enforce,
        Type: MetricType.ErrorRate or MetricType.LatencyQuantile or MetricType.DegradedShare or MetricType.Feedback or MetricType.Prometheus,
    };

    private static bool ComparesRankings(MetricSpec metric) => metric is { Type: MetricType.TopKOverlap, Mode: MetricMode.Enforce };

    private static IReadOnlyList<FieldError> CheckStep(StepSpec step, string path) =>
    [
        .. Require(step.Name != StepSpec.Bake, $"{path}.name", $"\"{StepSpec.Bake}\": must not be \"{StepSpec.Bake}\", which names what comes after all steps"),
        .. Require(
            step.TrafficPermille > 0 || step.MirrorPermille > 0,
            path,
            "must have `trafficPermille` or `mirrorPermille` above zero, because nothing can be seen otherwise"),
    ];

    private static IReadOnlyList<FieldError> CheckDirective(DirectiveSpec directive, string path) =>
    [
        .. Require(
            directive.Action == DirectiveAction.Approve == (directive.Step != DirectiveSpec.NoStep),
            $"{path}.step",
            "must be set when `action` is \"Approve\", and only then"),
        .. Require(
            directive.Attempt is null or >= DirectiveSpec.FirstRetry || directive.Action != DirectiveAction.Retry,
            $"{path}.attempt",
            "must be at least 2 when `action` is \"Retry\", because the first try needs no directive"),
    ];
}
