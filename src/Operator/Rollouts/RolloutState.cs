namespace Rerank.Operator.Rollouts;

/// <summary>
/// How far a revision has come on its way to be the stable one. It is kept with the revision's ControllerRevision and nowhere else: whoever reads that
/// goes on from there.
/// </summary>
internal sealed record RolloutState
{
    /// <summary>Which try of the revision this is. Evidence belongs to one try.</summary>
    public int Attempt { get; set; } = 1;

    /// <summary>Name of the step; null while the revision is being placed.</summary>
    public string? Step { get; init; }

    /// <summary>Rises with every step and every change of the weight, over the whole try: evidence of different weights is never pooled.</summary>
    public int Epoch { get; set; }

    /// <summary>Thousandths of the requests that it shall answer. Kept, and not looked up: steps may be edited at any time, and a weight rises only after a verdict.</summary>
    public int TrafficPermille { get; init; }

    public int MirrorPermille { get; init; }

    /// <summary>Since when every router follows the step; null until they do.</summary>
    public DateTimeOffset? StepSince { get; init; }

    /// <summary>Since when it answers requests.</summary>
    public DateTimeOffset? TrafficSince { get; init; }

    /// <summary>Requests that it had answered when the step began.</summary>
    public long RequestsBefore { get; init; }

    /// <summary>Requests that had been compared when the step began.</summary>
    public long ComparedBefore { get; init; }

    /// <summary>Since when the source of an enforced metric fails; null while none does.</summary>
    public DateTimeOffset? SourceErrorSince { get; init; }

    /// <summary>After its promotion: the revision that gets all traffic back should it turn out to be worse.</summary>
    public string? BakesAgainst { get; init; }

    public DateTimeOffset? BakesUntil { get; init; }
}

/// <summary>How a rollout ended.</summary>
/// <param name="Attempts">How often the revision has been tried.</param>
internal sealed record RevisionVerdict(RevisionVerdictKind Verdict, string Reason, string Message, DateTimeOffset Time, int Attempts);

internal enum RevisionVerdictKind
{
    Promoted,
    Rejected,
}
