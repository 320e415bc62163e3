namespace Rerank.Operator.Revisions;

/// <summary>
/// How far a revision has come within the state that it is in. It is kept with the revision's ControllerRevision and nowhere else: whoever reads that
/// goes on from there.
/// </summary>
internal sealed record RolloutState
{
    /// <summary>Which try of the revision this is, as routers count: evidence belongs to one. It rises also where a candidate came back without having been rejected.</summary>
    public int Attempt { get; set; } = 1;

    /// <summary>Name of the step; null in every other state.</summary>
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

    /// <summary>Since when all that it needs has been up for the first time in this try; null: it hasn't yet.</summary>
    public DateTimeOffset? PlacedSince { get; init; }

    /// <summary>Since when something that it needs is down, with pauses of less than a minute.</summary>
    public DateTimeOffset? UnhealthySince { get; init; }

    /// <summary>Since when it is well again, until that has lasted long enough for <see cref="UnhealthySince"/> to be forgotten.</summary>
    public DateTimeOffset? HealthySince { get; init; }

    /// <summary>Since when somebody that has to be asked doesn't answer, so that nothing is known of its health.</summary>
    public DateTimeOffset? UnknownSince { get; init; }

    /// <summary>Since when not every ready router follows what was asked for.</summary>
    public DateTimeOffset? NotFollowedSince { get; init; }

    /// <summary>That a hard limit tripped which may not be its fault: it gets nothing until people decide. In the router's words; null when none did.</summary>
    public string? Withheld { get; init; }

    /// <summary>Of what was rejected: since when every router that may still use it doesn't answer.</summary>
    public DateTimeOffset? SilentSince { get; init; }
}

/// <summary>How a rollout ended.</summary>
/// <param name="Attempts">How often the revision has been tried.</param>
internal sealed record RevisionVerdict(RevisionVerdictKind Verdict, string Reason, string Message, DateTimeOffset Time, int Attempts);

internal enum RevisionVerdictKind
{
    Promoted,
    Rejected,
}
