namespace Rerank.Operator.Analysis;

/// <summary>What a metric's own source says of both arms since the candidate got traffic.</summary>
/// <param name="Error">Why it says nothing that can be used; null when the counts are there.</param>
internal sealed record ExternalCounts(ArmCounts? Stable, ArmCounts? Candidate, string? Error)
{
    public static ExternalCounts Failed(string error) => new(null, null, error);
}

/// <param name="Successes">Of the trials.</param>
internal sealed record ArmCounts(long Successes, long Trials);
