using Rerank.Operator.Analysis.Metrics;
using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis;

/// <summary>From what a metric sees to its verdict.</summary>
internal static class MetricJudge
{
    /// <param name="terms">What it takes to pass.</param>
    /// <param name="isAsked">Whether the step gives the metric data. One that isn't asked can still fail, but never holds the step.</param>
    /// <param name="wasWithin">With <see cref="PassWhen.Estimated"/>: how the estimate was judged last.</param>
    public static MetricResult Judge(MetricSpec metric, Finding finding, JudgeTerms terms, bool isAsked, bool wasWithin, double alpha)
    {
        var minSamples = terms.KeepsSafety ? 1 : metric.MinSamples;
        var isShort = finding.Samples.AreFewerThan(minSamples);
        var isShown = terms.PassWhen == PassWhen.Shown;
        var (verdict, message) = finding switch
        {
            { SourceError: null, IsBeyond: true } => (Verdict.Fail, $"{finding.Words}: shown to be worse than allowed"),
            _ when !isAsked => (Verdict.Pass, Join("not measured at this step", finding.Words)),
            { SourceError: { } error } => (Verdict.Undecided, error),
            _ when isShort => (Verdict.Undecided, Join($"needs {finding.Samples.Missing(minSamples)}", finding.Words)),
            { IsShown: false, IsWithin: true } when isShown => (Verdict.Undecided, $"{finding.Words}: not yet shown to be within it{Keys(finding)}"),
            { IsShown: false } when isShown => (Verdict.Undecided, $"{finding.Words}: seems worse than allowed, and may be chance{Keys(finding)}"),
            { IsWithin: false } when !isShown && !wasWithin => (Verdict.Undecided, $"{finding.Words}: seems worse than allowed, and may be chance{Keys(finding)}"),
            _ when !isShown && !wasWithin => (Verdict.Undecided, $"{finding.Words}: seemed worse than allowed when it was judged last, and is judged again with twice the samples"),
            _ when isShown => (Verdict.Pass, $"{finding.Words}: shown to be within it"),
            { IsWithin: true } => (Verdict.Pass, $"{finding.Words}: within it by its estimate"),
            _ => (Verdict.Pass, $"{finding.Words}: was within it by its estimate when it was judged last, and is judged again with twice the samples"),
        };
        var lacksData = isAsked && finding.SourceError is null && verdict == Verdict.Undecided && (isShort || (isShown && finding is { IsWithin: true }));
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
            Strata = finding.Strata,
            StableKeys = finding.Keys is { } keys ? Math.Round(keys.StableEffective, 1) : null,
            CandidateKeys = finding.Keys is { } own ? Math.Round(own.CandidateEffective, 1) : null,
            LacksData = lacksData,
            SamplesNeeded = lacksData && isShort ? minSamples : null,
            KeysNeeded = isAsked && verdict == Verdict.Undecided ? finding.KeysNeeded : null,
            IsUnmeasured = !isAsked && verdict == Verdict.Pass,
            SourceError = isAsked ? finding.SourceError : null,
            Message = message,
        };
    }

    private static string Keys(Finding finding) => finding.KeysNeeded is { } needed ? $", which takes {needed} effective keys in each arm" : "";

    private static string Join(string missing, string numbers) => numbers.Length == 0 ? missing : $"{missing}; so far {numbers}";
}
