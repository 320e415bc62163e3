namespace Rerank.Contracts.Routing;

/// <summary>All that a router knows: where the pools are, and how the serving revision uses them.</summary>
public sealed record RoutingTable
{
    /// <summary>Rises with every change; a router refuses an older one. An equal one is accepted only with equal content.</summary>
    public required long Generation { get; init; }

    /// <summary>The owner, <c>namespace/name</c> of the pipeline; for logs and labels.</summary>
    public required string Pipeline { get; init; }

    public required IReadOnlyList<Cluster> Clusters { get; init; }

    /// <summary>The revision that answers what the candidate doesn't.</summary>
    public required Arm Stable { get; init; }

    /// <summary>The revision under judgement; null when there is none.</summary>
    public CandidateArm? Candidate { get; init; }

    /// <summary>
    /// The most urgent priority that callers get, whatever they ask for: 0, as usual, or below it. They may always let others go first. Null: 0.
    /// </summary>
    public int? MostUrgentPriority { get; init; }

    /// <summary>Whether hosts that are slow to answer are given a rival; null: they aren't.</summary>
    public HedgingPolicy? Hedging { get; init; }

    /// <summary>What pages in browsers may do; null: nothing.</summary>
    public Cors? Cors { get; init; }

    /// <summary>Where this pipeline's routers reach each other: feedback to another one's answer is handed on to it. As a cluster's addresses.</summary>
    public IReadOnlyList<string> Peers { get; set; } = [];
}

/// <summary>Hedged requests: what a host hasn't answered by then is asked of another one too, the first answer counts, and the other is given up.</summary>
public sealed record HedgingPolicy
{
    /// <summary>By when: the time in which that percentage of the cluster's answers to requests of this size have come of late.</summary>
    public required int AfterPercentile { get; init; }

    /// <summary>Thousandths of the pairs that may be asked about twice.</summary>
    public required int MaxExtraPermille { get; init; }
}

/// <summary>Cross-origin requests of browsers.</summary>
/// <param name="AllowedOrigins">Whose pages may call: <c>https://HOST</c>, with a port where it isn't the scheme's own, or <c>*</c> for everybody's.</param>
public sealed record Cors(IReadOnlyList<string> AllowedOrigins);

/// <summary>The pods of one tier.</summary>
public sealed record Cluster
{
    /// <summary>Name of the tier.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>http://HOST:PORT</c> or <c>unix:NAME</c>, a socket below the router's socket directory. A DNS name stands for all addresses that
    /// it resolves to, looked up again every few seconds.
    /// </summary>
    public required IReadOnlyList<string> Addresses { get; init; }
}

/// <summary>One revision of the whole pipeline.</summary>
public sealed record Arm
{
    /// <summary>Hash of everything that can change a score or a decision.</summary>
    public required string Revision { get; init; }

    public required RouterPolicy Policy { get; init; }

    /// <summary>In order: at most one cache, first; then one or more model tiers, the last of which is the full model.</summary>
    public required IReadOnlyList<Tier> Tiers { get; init; }
}

public sealed record RouterPolicy
{
    public int RequestTimeoutMilliseconds { get; set; } = 10_000;

    public FailurePolicy FailurePolicy { get; set; } = FailurePolicy.ServeLowerTier;

    public RequestLimits Limits { get; set; } = new();
}

/// <summary>What a caller gets when the tiers that should answer can't.</summary>
public enum FailurePolicy
{
    /// <summary>The order of the last tier that answered; an error when none did.</summary>
    ServeLowerTier,

    /// <summary>As ServeLowerTier; the documents in the order of the request when no tier answered.</summary>
    InputOrder,

    /// <summary>An error.</summary>
    Fail,
}

public sealed record RequestLimits
{
    public long MaxBodyBytes { get; set; } = 8 * 1024 * 1024;

    public int MaxDocuments { get; set; } = 1000;
}
