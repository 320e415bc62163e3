using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis;

/// <summary>The judgement of a candidate by all metrics together.</summary>
internal sealed record AnalysisResult
{
    /// <summary>Fail when an enforced metric fails; else Undecided when one is; else Pass.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The metric that decides: the first failed one, else the first undecided one; null with Pass.</summary>
    public MetricResult? Deciding { get; init; }

    /// <summary>In the order of their names.</summary>
    public required IReadOnlyList<MetricResult> Metrics { get; init; }

    /// <summary>Whether an enforced metric has fewer samples than it needs.</summary>
    public bool LacksData => Metrics.Any(m => m is { Mode: MetricMode.Enforce, LacksData: true });

    /// <summary>Whether the source of an enforced metric failed.</summary>
    public bool SourceFailed => Metrics.Any(m => m is { Mode: MetricMode.Enforce, SourceError: not null });
}

/// <summary>One metric's judgement, with all that it takes to check it. Values are in the metric's own unit.</summary>
internal sealed record MetricResult
{
    public required string Name { get; init; }

    public required MetricType Type { get; init; }

    public required MetricMode Mode { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>The metric's value of stable, where it has one.</summary>
    public double? Stable { get; init; }

    /// <summary>The metric's value of the candidate.</summary>
    public double? Candidate { get; init; }

    /// <summary>What is tested: a difference of shares (ErrorRate, DegradedShare, LatencyQuantile, Feedback, Prometheus), a share (TopKOverlap), an index (ScoreShift).</summary>
    public double? Estimate { get; init; }

    /// <summary>
    /// Lower end of what the estimated quantity may be; null where nothing can be said that is worth more than the verdict. The end towards harm goes with the chance of a false promotion, the
    /// other with <see cref="Alpha"/>. Of pairs each is on the wrong side of the truth, at any of the times that one looks, with that probability at most; of shares both are good approximations for
    /// people, and never at odds with what was shown.
    /// </summary>
    public double? Lower { get; init; }

    public double? Upper { get; init; }

    /// <summary>Where failure begins, in the estimate's unit.</summary>
    public required double Threshold { get; init; }

    /// <summary>The metric's share of the chance of a false rollback.</summary>
    public required double Alpha { get; init; }

    /// <summary>Of this step.</summary>
    public required long StableSamples { get; init; }

    public required long CandidateSamples { get; init; }

    /// <summary>Strata in which both arms had trials; null where nothing is tested by stratum.</summary>
    public long? Strata { get; init; }

    /// <summary>Effective keys of stable: places of equal traffic that would say as much. Null without keys.</summary>
    public double? StableKeys { get; init; }

    public double? CandidateKeys { get; init; }

    /// <summary>Whether there are fewer samples than needed to pass, or to show what has to be shown.</summary>
    public bool LacksData { get; init; }

    /// <summary>How many samples each arm needs, while one has fewer.</summary>
    public long? SamplesNeeded { get; init; }

    /// <summary>How many effective keys each arm needs for what there is to say anything, while an arm has fewer and is judged by its keys: more requests of the same keys don't help.</summary>
    public int? KeysNeeded { get; init; }

    /// <summary>Whether it passes only because the weights give it nothing to measure.</summary>
    public bool IsUnmeasured { get; init; }

    /// <summary>Why the metric's source gave nothing; null when it did or there is none.</summary>
    public string? SourceError { get; init; }

    /// <summary>The judgement in one sentence with its numbers, and what is missing.</summary>
    public required string Message { get; init; }
}
