namespace Rerank.Contracts.Evidence;

/// <summary>
/// What a router has seen of both arms since it knows this try of this candidate, at whatever weights. Counters only rise; a router that restarts
/// begins anew, under another process id.
/// </summary>
public sealed record CandidateStatus
{
    public required string Revision { get; init; }

    public required int Attempt { get; init; }

    /// <summary>The weight in force: 0 after a trip, and until the operator has confirmed the routing table.</summary>
    public required int TrafficPermille { get; init; }

    /// <summary>Why the router itself took the traffic away; null when it didn't.</summary>
    public Trip? Trip { get; init; }

    public required ArmEvidence Stable { get; init; }

    public required ArmEvidence Candidate { get; init; }

    public required ShadowEvidence Shadow { get; init; }

    /// <summary>Of the weights in force, as <see cref="Routing.CandidateArm.Epoch"/>.</summary>
    public int Epoch { get; set; }

    /// <summary>Closed strata with a higher number than the reader has, oldest first, at most <see cref="StratumEvidence.Kept"/>.</summary>
    public IReadOnlyList<StratumEvidence> Strata { get; set; } = [];

    /// <summary>Requests with keys in this epoch; null when there are none.</summary>
    public PlaceEvidence? Places { get; set; }
}

/// <param name="Limit">Name of the hard limit's metric, or one of <see cref="BuiltInLimit"/>.</param>
/// <param name="Observed">What was seen in words, such as <c>14 of 25 requests in 10 s failed</c>.</param>
/// <param name="Time">When.</param>
public sealed record Trip(string Limit, string Observed, DateTimeOffset Time)
{
    /// <summary>
    /// Whether it is shown to be the candidate's fault: stable did well in the same window. False: stable had too little traffic in it to say, so that whoever
    /// decides for good should pause instead of rejecting. Absent from routers that don't compare.
    /// </summary>
    public bool? IsCandidates { get; set; }
}

/// <summary>Hard limits that no metric needs to ask for.</summary>
public static class BuiltInLimit
{
    /// <summary>The model gave scores that aren't finite.</summary>
    public const string InvalidScores = nameof(InvalidScores);

    /// <summary>The model gives every passage the same score.</summary>
    public const string ConstantScores = nameof(ConstantScores);
}
