using Rerank.Operator.Analysis.Metrics;
using Rerank.Operator.Analysis.Tests;
using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis;

/// <summary>What a step gives to see, and what it takes to pass it.</summary>
/// <param name="TrafficPermille">What the candidate answers.</param>
/// <param name="HasMirror">Whether requests are compared; otherwise metrics of comparisons are not asked for more data.</param>
/// <param name="PassWhen">What it takes to pass.</param>
/// <param name="IsByKey">Whether a key assigns requests to arms.</param>
/// <param name="KeepsSafety">While it bakes: what the last step has shown goes on counting, and no new samples are asked for.</param>
internal sealed record JudgeTerms(int TrafficPermille, bool HasMirror, PassWhen PassWhen, bool IsByKey, bool KeepsSafety = false);

/// <summary>Judges a candidate by the evidence so far. Pure, and valid at every look: each metric's test holds its error over all looks together.</summary>
/// <remarks>
/// The chance of rolling back an equal candidate is split evenly over the enforced metrics, so by the union bound it holds for all of them together,
/// however they depend on each other.
/// </remarks>
internal static class RolloutJudge
{
    /// <param name="sources">What sources of metrics said last, by metric.</param>
    /// <returns>The judgement, and the ledger with the looks at estimates that were taken now.</returns>
    public static (AnalysisResult Analysis, EvidenceLedger Ledger) Judge(
        AnalysisSpec spec, EvidenceLedger ledger, JudgeTerms terms, IReadOnlyDictionary<string, ExternalCounts> sources)
    {
        var levels = Levels.Of(spec, terms.IsByKey);
        var totals = ledger.Total();
        var estimates = ledger.Estimates.ToDictionary();
        var (results, shown) = (new List<MetricResult>(), new List<string>());
        foreach (var metric in spec.Metrics.OrderBy(metric => metric.Name, StringComparer.Ordinal))
        {
            var type = MetricTypes.Of(metric);
            var finding = type.Measure(metric, EvidenceOf(metric, type, ledger, totals, terms, sources), levels);

            // Only as long as the threshold is what it was shown against.
            var mark = $"{metric.Name} {finding.Threshold:R}";
            if (type.Terms(metric) is null && (finding.IsBeyond || ledger.ShownHarm.Contains(mark)))
            {
                shown.Add(mark);
                finding = finding with { IsBeyond = true };
            }

            var look = Look(estimates.GetValueOrDefault(metric.Name), metric, finding);
            if (look is not null)
                estimates[metric.Name] = look;
            var isAsked = type.IsAsked(terms.TrafficPermille > 0, terms.HasMirror);
            results.Add(MetricJudge.Judge(metric, finding, terms, isAsked, look?.WasWithin == true, levels.Harm));
        }

        var deciding = First(results, Verdict.Fail) ?? First(results, Verdict.Undecided);
        return (new() { Verdict = deciding?.Verdict ?? Verdict.Pass, Deciding = deciding, Metrics = results }, ledger with { Estimates = estimates, ShownHarm = shown });
    }

    private static MetricEvidence EvidenceOf(
        MetricSpec metric, Metric type, EvidenceLedger ledger, Evidence totals, JudgeTerms terms, IReadOnlyDictionary<string, ExternalCounts> sources) => new()
        {
            Totals = totals,
            Test = ledger.Tests.GetValueOrDefault(metric.Name),
            Places = type.Terms(metric) is { } share ? ledger.PlacesOf(share.Share) : null,
            TrafficPermille = terms.TrafficPermille,
            PairsInEpoch = totals.Shadow.Pairs - ledger.PairsBefore,
            Source = sources.GetValueOrDefault(metric.Name),
        };

    /// <summary>An estimate is judged when there are enough samples, and again each time that their number has doubled: looking at it all the time would let every candidate pass at a lucky moment.</summary>
    private static EstimateLook? Look(EstimateLook? last, MetricSpec metric, Finding finding)
    {
        var samples = Math.Min(finding.Samples.Stable, finding.Samples.Candidate);
        return samples < (last?.NextAt ?? metric.MinSamples) ? last : new(2 * samples, finding.IsWithin);
    }

    private static MetricResult? First(List<MetricResult> results, Verdict verdict) =>
        results.FirstOrDefault(result => result.Mode == MetricMode.Enforce && result.Verdict == verdict);
}
