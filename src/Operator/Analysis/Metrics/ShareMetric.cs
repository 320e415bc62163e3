using Rerank.Operator.Analysis.Statistics;
using Rerank.Operator.Analysis.Tests;
using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis.Metrics;

/// <summary>
/// A share of each arm's trials. Requests without keys are judged stratum by stratum (<see cref="BlockShare"/>), requests with keys by place (<see cref="PlaceTest"/>): either can show harm, and
/// each that is more than a tenth of the traffic has to be within the margin.
/// </summary>
internal abstract class ShareMetric : Metric
{
    /// <summary>A tenth of the traffic is a small part.</summary>
    private const long SmallParts = 10;

    /// <summary>With fewer bad trials of both arms their spread is not known.</summary>
    private const int FewestBad = 10;

    public override Finding Measure(MetricSpec metric, MetricEvidence evidence, Levels levels)
    {
        var test = evidence.Test ?? ShareTest.Begin(Terms(metric)!);
        var keys = evidence.Places is var (trials, _) && evidence.TrafficPermille is > 0 and < 1000 ? KeyCounts.Of(trials, evidence.TrafficPermille) : null;
        var (stable, candidate) = TrialsInEpoch(test, evidence);
        var finding = new Finding
        {
            Threshold = test.Terms.Margin,
            Samples = new(Trials(metric), stable, candidate),
            IsBeyond = test.HarmShown,
            Strata = test.Strata,
            Keys = keys,
        };
        var (ofPlaces, ofStrata) = (keys is null ? 0 : PlaceTrials(evidence).Candidate, test.EpochCounts.CandidateTrials);
        var isByPlace = keys is not null && ofPlaces >= ofStrata;
        Finding byPlace = keys is null ? finding : ByPlace(metric, finding, test, evidence, levels), byStratum = ByStratum(metric, finding, test, levels);
        finding = isByPlace ? byPlace : byStratum;
        var areBoth = Counts(isByPlace ? ofStrata : ofPlaces, ofPlaces + ofStrata);
        if (areBoth)
            finding = finding with { IsWithin = byPlace.IsWithin && byStratum.IsWithin, IsShown = byPlace.IsShown && byStratum.IsShown };
        if (isByPlace || areBoth)
            finding = finding with { KeysNeeded = byPlace.KeysNeeded };
        if (finding.Estimate is null)
            return finding;
        finding = WithBounds(finding);
        return finding with { Words = InWords(metric, finding, test, isByPlace, levels) };
    }

    /// <summary>Whether a part of the traffic is large enough that it has to be within the margin too.</summary>
    private static bool Counts(long part, long all) => part * SmallParts > all;

    /// <summary>What is tried, such as <c>requests</c>.</summary>
    protected abstract string Trials(MetricSpec metric);

    /// <summary>What the share is and how large in both arms, in words.</summary>
    /// <param name="candidate">Share of bad trials.</param>
    /// <param name="stable">Share of bad trials.</param>
    protected abstract string Shares(MetricSpec metric, double candidate, double stable);

    /// <summary>The metric's value as people know it, from a share of bad trials.</summary>
    protected virtual double Value(MetricSpec metric, double bad) => bad;

    private Finding ByStratum(MetricSpec metric, Finding finding, ShareTest test, Levels levels)
    {
        var c = test.Counts;
        if (test.Difference(levels.Harm) is not var (estimate, bounds))
            return finding;
        return finding with
        {
            Stable = Value(metric, (double)c.StableBad / c.StableTrials),
            Candidate = Value(metric, (double)c.CandidateBad / c.CandidateTrials),
            Estimate = estimate,
            Lower = bounds.Lower,
            Upper = test.Difference(levels.Safety)!.Value.Bounds.Upper,
            IsWithin = test.EpochDifference <= test.Terms.Margin,
            IsShown = test.LogSafety >= -Math.Log(levels.SafetyOfStrata),
        };
    }

    private Finding ByPlace(MetricSpec metric, Finding finding, ShareTest test, MetricEvidence evidence, Levels levels)
    {
        var (trials, bad) = evidence.Places!.Value;
        if (PlaceTest.Estimate(trials, bad, evidence.TrafficPermille) is not var (estimate, error))
            return finding;
        var (ns, nc) = PlaceTrials(evidence);
        double xs = bad.Skip(evidence.TrafficPermille).Sum(b => (long)b), xc = bad.Take(evidence.TrafficPermille).Sum(b => (long)b);
        // The spread from place to place says something of the truth only where there are some keys, and some bad trials among them: of none at all it is zero.
        var isKnown = finding.Keys!.Fewest >= KeyCounts.FewestToShowSafety && xs + xc >= FewestBad;
        return finding with
        {
            Stable = Value(metric, xs / ns),
            Candidate = Value(metric, xc / nc),
            Estimate = estimate,
            Lower = isKnown ? Math.Max(-1, estimate - Radius(levels.HarmOfPlaces(0, 0))) : null,
            Upper = isKnown ? Math.Min(1, estimate + Radius(levels.SafetyOfPlaces(0))) : null,
            IsWithin = estimate <= test.Terms.Margin,
            IsShown = test.Places.SafetyShown,
            KeysNeeded = finding.Keys.Fewest < KeyCounts.FewestEffective ? KeyCounts.FewestEffective
                : finding.Keys.Fewest < KeyCounts.FewestToShowSafety && estimate <= test.Terms.Margin && !test.Places.SafetyShown ? KeyCounts.FewestToShowSafety
                : null,
        };

        double Radius(double alpha) => error * Math.Sqrt(2 * Math.Log(1 / alpha));
    }

    /// <summary>
    /// Never at odds with what the tests say: those decide, hold for small counts too, and are about this step alone where something is shown to be within the margin. An end that would be on the
    /// wrong side of the estimate says nothing.
    /// </summary>
    private static Finding WithBounds(Finding finding)
    {
        var lower = finding.IsBeyond ? Math.Max(finding.Lower ?? finding.Threshold, finding.Threshold) : Math.Min(finding.Lower ?? finding.Threshold, finding.Threshold);
        var upper = finding is { IsShown: true, IsBeyond: false } ? Math.Min(finding.Upper ?? finding.Threshold, finding.Threshold) : Math.Max(finding.Upper ?? finding.Threshold, finding.Threshold);
        return finding with
        {
            Lower = finding.Lower is not null && lower <= finding.Estimate ? lower : null,
            Upper = finding.Upper is not null && upper >= finding.Estimate ? upper : null,
        };
    }

    private string InWords(MetricSpec metric, Finding finding, ShareTest test, bool isByPlace, Levels levels)
    {
        var bounds = finding is { Lower: { } lower, Upper: { } upper } ? $" (about {Words.Points(lower)} to {Words.Points(upper)})" : "";
        var difference = $"{Words.Difference(finding.Estimate!.Value)}{(isByPlace ? "" : " within strata")}{bounds}, {Words.Points(finding.Threshold)} allowed";
        return $"{Shares(metric, finding.Candidate!.Value, finding.Stable!.Value)}, {difference}; {Strength(finding, test, isByPlace, levels)}";
    }

    private static string Strength(Finding finding, ShareTest test, bool isByPlace, Levels levels) => isByPlace
        ? $"{finding.Keys!.CandidateEffective:0} effective keys of the candidate and {finding.Keys.StableEffective:0} of stable, "
            + (test.Places.Harm is { } p
                ? $"at the last look chance makes it look as bad with {Words.Chance(p)} ({Words.Chance(test.Places.HarmLevel!.Value)} shows harm)"
                    + (test.Places.Safety is { } s ? $", as good with {Words.Chance(s)} ({Words.Chance(levels.SafetyOfPlaces(test.Places.Done - 1))} shows that it is within)" : "")
                : test.Places.Done == 0 ? "not looked at yet" : $"with fewer than {KeyCounts.FewestEffective} in an arm nothing is said")
            + (test.Places.HarmLevel is { } level && !PlaceTest.CanReach(level) ? ", too many weights for it to be shown" : "")
        : $"{test.Strata:n0} strata, odds for harm {Words.Odds(test.LogHarm)} ({Words.Odds(-Math.Log(levels.HarmOfStrata))} needed), for being within {Words.Odds(test.LogSafety)} ({Words.Odds(-Math.Log(levels.SafetyOfStrata))} needed)";

    private static (long Stable, long Candidate) TrialsInEpoch(ShareTest test, MetricEvidence evidence)
    {
        var (stable, candidate) = PlaceTrials(evidence);
        return (stable + test.EpochCounts.StableTrials, candidate + test.EpochCounts.CandidateTrials);
    }

    private static (long Stable, long Candidate) PlaceTrials(MetricEvidence evidence)
    {
        if (evidence.Places is not var (trials, _))
            return default;
        long candidate = trials.Take(evidence.TrafficPermille).Sum(n => (long)n);
        return (trials.Sum(n => (long)n) - candidate, candidate);
    }
}
