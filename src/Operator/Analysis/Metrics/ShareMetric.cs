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
        if (Counts(isByPlace ? ofStrata : ofPlaces, ofPlaces + ofStrata))
            finding = finding with { IsWithin = byPlace.IsWithin && byStratum.IsWithin, IsShown = byPlace.IsShown && byStratum.IsShown };
        return finding.Estimate is null ? finding : finding with { Words = InWords(metric, finding, test, isByPlace, levels) };
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
            // Never at odds with what the e-values say: those decide.
            Lower = finding.IsBeyond ? Math.Max(bounds.Lower, test.Terms.Margin) : Math.Min(bounds.Lower, test.Terms.Margin),
            Upper = bounds.Upper,
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
        var radius = error * Math.Sqrt(2 * Math.Log(1 / levels.HarmOfPlaces(0, 0)));
        return finding with
        {
            Stable = Value(metric, xs / ns),
            Candidate = Value(metric, xc / nc),
            Estimate = estimate,
            Lower = finding.IsBeyond ? Math.Max(estimate - radius, test.Terms.Margin) : Math.Min(estimate - radius, test.Terms.Margin),
            Upper = Math.Min(1, estimate + radius),
            IsWithin = estimate <= test.Terms.Margin,
            IsShown = test.Places.SafetyShown,
        };
    }

    private string InWords(MetricSpec metric, Finding finding, ShareTest test, bool isByPlace, Levels levels)
    {
        var difference = $"worse by {Words.Points(finding.Estimate)} points (about {Words.Points(finding.Lower)} to {Words.Points(finding.Upper)}), {Words.Points(finding.Threshold)} allowed";
        return $"{Shares(metric, finding.Candidate!.Value, finding.Stable!.Value)}, {difference}; {Strength(finding, test, isByPlace, levels)}";
    }

    private static string Strength(Finding finding, ShareTest test, bool isByPlace, Levels levels) => isByPlace
        ? $"{finding.Keys!.CandidateEffective:0} effective keys of the candidate and {finding.Keys.StableEffective:0} of stable, "
            + (test.Places.Harm is { } p ? $"last look's chance of as much harm {Chance(p)} ({Chance(test.Places.HarmLevel!.Value)} needed)" : "nothing to see at the last look")
            + (test.Places.HarmLevel is { } level && !PlaceTest.CanReach(level) ? ", too many weights for it to be shown" : "")
        : $"{test.Strata:n0} strata, odds for harm {Words.Odds(test.LogHarm)} ({Words.Odds(-Math.Log(levels.HarmOfStrata))} needed), for being within {Words.Odds(test.LogSafety)} ({Words.Odds(-Math.Log(levels.SafetyOfStrata))} needed)";

    private static string Chance(double p) => p.ToString("0.0e0", System.Globalization.CultureInfo.InvariantCulture);

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
