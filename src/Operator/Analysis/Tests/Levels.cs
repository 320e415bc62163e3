using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis.Tests;

/// <summary>
/// How the two chances that an analysis allows are spent: that of rejecting a candidate that is as good as allowed, over all looks of a whole try, and that of passing one that isn't.
/// By the union bound each sum holds however the tests depend on each other.
/// </summary>
internal sealed record Levels
{
    /// <summary>Looks at places that have an even part; they come 1.4 times as late each, so that these last for five hours.</summary>
    public const int EvenLooks = 20;

    private const double EvenLooksPart = 0.8;
    private const int EvenEpochs = 3;
    private const double EvenEpochsPart = 0.75;
    private const double FirstLookSeconds = 30;
    private const double LookRatio = 1.4;

    /// <summary>Of one metric: the chance of rejecting for it.</summary>
    public required double Harm { get; init; }

    /// <summary>Of one metric: the chance of passing in spite of it. Each has all of it, since a step is passed only when all metrics pass.</summary>
    public required double Safety { get; init; }

    public static Levels Of(AnalysisSpec spec) => new()
    {
        Harm = spec.FalseRollbackPermille / 1000.0 / Math.Max(1, spec.Metrics.Count(metric => metric.Mode == MetricMode.Enforce)),
        Safety = spec.FalsePromotionPermille / 1000.0,
    };

    /// <summary>Requests without keys and requests with keys are tested apart, each with half.</summary>
    public double HarmOfStrata => Harm / 2;

    public double SafetyOfStrata => Safety / 2;

    /// <param name="epoch">From 0, of those in which the candidate had traffic.</param>
    /// <param name="look">From 0, within the epoch.</param>
    public double HarmOfPlaces(int epoch, int look) => Harm / 2 * Part(epoch, EvenEpochs, EvenEpochsPart) * Part(look, EvenLooks, EvenLooksPart);

    /// <summary>What is shown to pass a step is shown in that step alone.</summary>
    public double SafetyOfPlaces(int look) => Safety / 2 * Part(look, EvenLooks, EvenLooksPart);

    /// <summary>When, after the begin of an epoch, places are looked at: a test that draws anew can't be looked at all the time.</summary>
    public static TimeSpan LookAt(int look) => TimeSpan.FromSeconds(FirstLookSeconds * Math.Pow(LookRatio, look));

    /// <summary>The first few get equal parts, each later one half of what is left: there is no last one.</summary>
    private static double Part(int index, int even, double evenPart) =>
        index < even ? evenPart / even : (1 - evenPart) * Math.Pow(2, even - 1 - index);
}
