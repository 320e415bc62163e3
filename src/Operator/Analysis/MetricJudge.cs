using Rerank.Operator.Analysis.Metrics;
using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis;

/// <summary>From what a metric sees to its verdict.</summary>
internal static class MetricJudge
{
    /// <param name="isAsked">Whether the step gives the metric data. One that isn't asked can still fail, but never holds the step.</param>
    public static MetricResult Judge(MetricSpec metric, Finding finding, bool isAsked, double alpha)
    {
        var isShort = finding.Samples.AreFewerThan(metric.MinSamples);
        var (verdict, message) = finding switch
        {
            { SourceError: null, IsBeyond: true } => (Verdict.Fail, $"{finding.Words}: shown to be worse than allowed"),
            _ when !isAsked => (Verdict.Pass, Join("not measured at this step", finding.Words)),
            { SourceError: { } error } => (Verdict.Undecided, error),
            _ when isShort => (Verdict.Undecided, Join($"needs {finding.Samples.Missing(metric.MinSamples)}", finding.Words)),
            { IsWithin: false } => (Verdict.Undecided, $"{finding.Words}: seems worse than allowed, and may be chance"),
            _ => (Verdict.Pass, finding.Words),
        };
        return new()
        {
            Name = metric.Name,
            Type = metric.Type,
            Mode = metric.Mode,
            Verdict = verdict,
            Stable = finding.Stable,
            Candidate = finding.Candidate,
            Estimate = finding.Estimate,
            Lower = finding.Lower,
            Upper = finding.Upper,
            Threshold = finding.Threshold,
            Alpha = alpha,
            StableSamples = finding.Samples.Stable,
            CandidateSamples = finding.Samples.Candidate,
            LacksData = isAsked && isShort && finding.SourceError is null && verdict == Verdict.Undecided,
            SourceError = isAsked ? finding.SourceError : null,
            Message = message,
        };
    }

    private static string Join(string missing, string numbers) => numbers.Length == 0 ? missing : $"{missing}; so far {numbers}";
}
