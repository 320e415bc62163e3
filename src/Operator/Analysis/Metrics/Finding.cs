namespace Rerank.Operator.Analysis.Metrics;

/// <summary>What a metric sees in the evidence, before it is asked whether that is enough.</summary>
internal sealed record Finding
{
    public double? Stable { get; init; }

    public double? Candidate { get; init; }

    public double? Estimate { get; init; }

    public double? Lower { get; init; }

    public double? Upper { get; init; }

    public required double Threshold { get; init; }

    /// <summary>Whether harm beyond the margin is shown.</summary>
    public bool IsBeyond { get; init; }

    /// <summary>Whether the estimate is within the margin.</summary>
    public bool IsWithin { get; init; }

    /// <summary>Whether it is shown to be within the margin.</summary>
    public bool IsShown { get; init; }

    /// <summary>Of this step.</summary>
    public required Samples Samples { get; init; }

    /// <summary>Strata in which both arms had trials.</summary>
    public long? Strata { get; init; }

    /// <summary>Null when no request had a key.</summary>
    public Tests.KeyCounts? Keys { get; init; }

    /// <summary>How many effective keys an arm would have to have for what there is to be judged, or to be shown to be within the margin; null where keys are not what is missing.</summary>
    public int? KeysNeeded { get; init; }

    public string? SourceError { get; init; }

    /// <summary>The numbers in words; empty without any.</summary>
    public string Words { get; init; } = "";
}

/// <param name="Name">What is counted, such as <c>requests</c>.</param>
/// <param name="ArePairs">Whether each sample is one of both arms.</param>
internal sealed record Samples(string Name, long Stable, long Candidate, bool ArePairs = false)
{
    public bool AreFewerThan(long needed) => Math.Min(Stable, Candidate) < needed;

    /// <summary>What is missing, in words.</summary>
    public string Missing(long needed) => string.Join(" and ", new[]
    {
        ArePairs && Candidate < needed ? $"{needed - Candidate:n0} more {Name}" : null,
        !ArePairs && Candidate < needed ? $"{needed - Candidate:n0} more {Name} of the candidate" : null,
        !ArePairs && Stable < needed ? $"{needed - Stable:n0} more {Name} of stable" : null,
    }.Where(part => part is not null));
}
