using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis.Tests;

/// <summary>
/// How the two chances that an analysis allows are spent: that of rejecting a candidate that is as good as allowed, over all looks of a whole try, and that of passing one that isn't.
/// By the union bound each sum holds however the tests depend on each other.
/// </summary>
internal sealed record Levels
{
    /// <summary>Looks at places that have an even part; each comes one and a half times as late as the one before, so that these last for three hours.</summary>
    public const int EvenLooks = 14;

    private const double EvenLooksPart = 0.85;
    private const double FirstLookSeconds = 60;
    private const double LookRatio = 1.5;

    /// <summary>Where a header assigns, most requests have it: those without are tested too, with a smaller part.</summary>
    private const double StrataPart = 0.2;

    /// <summary>Of one metric: the chance of rejecting for it.</summary>
    public required double Harm { get; init; }

    /// <summary>Of one metric: the chance of passing in spite of it. Each has all of it, since a step is passed only when all metrics pass.</summary>
    public required double Safety { get; init; }

    /// <summary>Whether a key assigns requests to arms.</summary>
    public required bool IsByKey { get; init; }

    /// <param name="isByKey">Whether requests with a key stay on one arm, so that keys are what is assigned.</param>
    public static Levels Of(AnalysisSpec spec, bool isByKey) => new()
    {
        Harm = spec.FalseRollbackPermille / 1000.0 / Math.Max(1, spec.Metrics.Count(metric => metric.Mode == MetricMode.Enforce)),
        Safety = spec.FalsePromotionPermille / 1000.0,
        IsByKey = isByKey,
    };

    /// <summary>Of requests without a key, over the whole try.</summary>
    public double HarmOfStrata => Harm * Strata;

    public double SafetyOfStrata => Safety * Strata;

    private double Strata => IsByKey ? StrataPart : 1;

    /// <summary>Of requests with a key, at one look.</summary>
    /// <param name="epoch">From 0, of those in which the candidate had traffic: their parts are 1/2, 1/6, 1/12, ..., which add up to 1.</param>
    /// <param name="look">From 0, within the epoch.</param>
    public double HarmOfPlaces(int epoch, int look) => Harm * (1 - Strata) / ((epoch + 1.0) * (epoch + 2)) * Part(look);

    /// <summary>What is shown to pass a step is shown in that step alone; a bake goes on with what the last step has shown.</summary>
    public double SafetyOfPlaces(int look) => Safety * (1 - Strata) * Part(look);

    /// <summary>When, after the begin of an epoch, places are looked at: a test that draws anew can't be looked at all the time.</summary>
    public static TimeSpan LookAt(int look) => TimeSpan.FromSeconds(FirstLookSeconds * Math.Pow(LookRatio, look));

    /// <summary>The first ones get equal parts, each later one half of what is left: there is no last one.</summary>
    private static double Part(int look) =>
        look < EvenLooks ? EvenLooksPart / EvenLooks : (1 - EvenLooksPart) * Math.Pow(2, EvenLooks - 1 - look);
}
