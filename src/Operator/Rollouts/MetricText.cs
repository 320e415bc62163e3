using Rerank.Operator.Analysis;
using Rerank.Operator.Api;

namespace Rerank.Operator.Rollouts;

/// <summary>
/// How a metric stands, for conditions: without the numbers, which change with every request, so that not every request is a write. A verdict has them,
/// and so has the report.
/// </summary>
internal static class MetricText
{
    public static string Of(MetricResult metric) => metric switch
    {
        { Verdict: Verdict.Fail } => $"Metric \"{metric.Name}\": {metric.Message}",
        { SourceError: { } error } => $"The source of metric \"{metric.Name}\" fails: {error}",
        { SamplesNeeded: not null, CandidateKeys: 0, StableKeys: > 0 } =>
            $"Metric \"{metric.Name}\" has too few samples: of the keys that send requests none falls to the candidate at this weight.",
        { SamplesNeeded: not null } => $"Metric \"{metric.Name}\" has too few samples.",
        { LacksData: true, KeysNeeded: { } keys } => $"Metric \"{metric.Name}\" is within its threshold, and not shown to be: {Keys(keys)}",
        { LacksData: true } => $"Metric \"{metric.Name}\" is within its threshold, and has to be shown to be by more samples.",
        { Verdict: Verdict.Undecided, KeysNeeded: { } keys } => $"Metric \"{metric.Name}\" is beyond its threshold, and not for certain: {Keys(keys)}",
        { Verdict: Verdict.Undecided } => $"Metric \"{metric.Name}\" is beyond its threshold, and not yet for certain.",
        { IsUnmeasured: true } => $"Metric \"{metric.Name}\" is not measured at this step.",
        _ => $"Metric \"{metric.Name}\" is within its threshold.",
    };

    private static string Keys(int needed) => $"an arm has fewer than the {needed} effective keys that this takes, and more requests of the same keys don't help.";
}
