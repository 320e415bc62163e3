using Rerank.Contracts.Evidence;

namespace Rerank.Contracts.Routing;

/// <summary>What a router does. It has acknowledged a routing table when <see cref="Generation"/> is that table's.</summary>
public sealed record RouterStatus
{
    /// <summary>New at every start of the process; counters start from zero with it.</summary>
    public required string ProcessId { get; init; }

    /// <summary>Rises whenever the table in force, its confirmation or the trip of its candidate changes; what counters count doesn't change it.</summary>
    public long Version { get; set; }

    /// <summary>Generation of the table in force; 0 when there is none.</summary>
    public required long Generation { get; init; }

    /// <summary>The table's stable revision; null when there is no table.</summary>
    public string? Revision { get; init; }

    /// <summary>
    /// Whether the table in force was pushed. One that is only mounted may be stale, and must not revive a rejected candidate: until the operator
    /// has pushed it, or a newer one, the candidate gets nothing.
    /// </summary>
    public bool Confirmed { get; init; }

    /// <summary>The candidate's evidence; null when the table has none.</summary>
    public CandidateStatus? Candidate { get; init; }

    public required IReadOnlyList<ClusterStatus> Clusters { get; init; }

    /// <summary>Requests answered since the start of the process.</summary>
    public required long Requests { get; init; }

    /// <summary>Those of them that were answered with 5xx.</summary>
    public required long Errors { get; init; }
}

/// <param name="Destinations">Addresses known, after DNS.</param>
/// <param name="AvailableDestinations">Those of them not found unhealthy; requests go to the others only when there is none.</param>
public sealed record ClusterStatus(string Name, int Destinations, int AvailableDestinations);
