namespace Rerank.Contracts.Routing;

/// <summary>The revision under judgement, and how much it gets. While a promoted revision bakes it is still here, with all of the traffic.</summary>
public sealed record CandidateArm
{
    public required Arm Arm { get; init; }

    /// <summary>Which try of this revision it is, from 1. Evidence and trips belong to one try of one revision: another one starts with none.</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// Which of the stretches of constant weights of this try it is: rises with every change of <see cref="TrafficPermille"/> and with every step. Evidence from different
    /// ones is never pooled.
    /// </summary>
    public int Epoch { get; set; }

    /// <summary>Thousandths of the requests that it answers.</summary>
    public required int TrafficPermille { get; init; }

    /// <summary>Thousandths of the requests that, once answered by one arm, are scored by the other one too, for comparison.</summary>
    public required int MirrorPermille { get; init; }

    /// <summary>Most pairs that may be scored for comparison, per thousand pairs scored for answers.</summary>
    public int MaxShadowCostPermille { get; set; } = 200;

    /// <summary>The places that a comparison of two rankings looks at.</summary>
    public int ComparedPlaces { get; set; } = 10;

    public required Assignment Assignment { get; init; }

    /// <summary>Which answers count as slow.</summary>
    public IReadOnlyList<LatencyTest> LatencyTests { get; set; } = [];

    /// <summary>How old an answer is when its feedback is counted, for good. What is told later changes nothing.</summary>
    public int FeedbackAfterSeconds { get; set; } = 300;

    /// <summary>At which the router itself takes the candidate's traffic away. Scores that aren't finite or all alike always do.</summary>
    public IReadOnlyList<HardLimit> HardLimits { get; set; } = [];
}

/// <summary>
/// Has a router count slow answers: stable's above its own quantile of the last minutes, the candidate's above that times the ratio. A candidate whose times are at most
/// the ratio times stable's has no larger share of slow ones, whatever the load does to both.
/// </summary>
/// <param name="Metric">Name of the metric; names the share (<see cref="Evidence.Shares.Slow"/>).</param>
/// <param name="QuantilePermille">Of stable's times, in thousandths.</param>
/// <param name="RatioSteps">The ratio as a number of latency buckets.</param>
public sealed record LatencyTest(string Metric, int QuantilePermille, int RatioSteps);

/// <summary>
/// Which requests the candidate answers: those for which <c>hash(key, revision)</c> is below its weight. So all routers agree, and who got the
/// candidate keeps it while the weight rises.
/// </summary>
public sealed record Assignment
{
    public AssignmentType Type { get; set; } = AssignmentType.HeaderHash;

    /// <summary>With HeaderHash: where the key is. Requests without it are assigned by chance.</summary>
    public string? HeaderName { get; init; }

    /// <summary>Header by which testers choose: <see cref="ForceCandidateValue"/> for the candidate, <c>never</c> for stable. Null: nobody can.</summary>
    public string? ForceHeaderName { get; init; }

    public string? ForceCandidateValue { get; init; }
}

public enum AssignmentType
{
    HeaderHash,
    Random,
}

/// <summary>
/// Trips when, of the candidate's requests in the last <see cref="WindowSeconds"/>, at least <see cref="MinRequests"/>, more than
/// <see cref="Permille"/> thousandths are bad, and stable did better in the same window beyond chance. Where stable had too few requests to tell, it trips as well, and the trip says
/// that nobody knows whose fault it is (<see cref="Evidence.Trip.IsCandidates"/>).
/// </summary>
public sealed record HardLimit
{
    /// <summary>Name of the metric that it belongs to.</summary>
    public required string Name { get; init; }

    public required HardLimitType Type { get; init; }

    public required int Permille { get; init; }

    /// <summary>With Slow: what longer requests are.</summary>
    public int? Milliseconds { get; init; }

    public int WindowSeconds { get; set; } = 10;

    public int MinRequests { get; set; } = 20;
}

public enum HardLimitType
{
    /// <summary>The arm gave no answer through its own fault, whether or not stable stepped in.</summary>
    Error,

    /// <summary>An answer without the tier that should have decided.</summary>
    Degraded,

    /// <summary>Took longer than <see cref="HardLimit.Milliseconds"/>.</summary>
    Slow,
}
