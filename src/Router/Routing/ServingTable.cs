using Rerank.Contracts.Routing;
using Rerank.Router.Trials;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Routing;

/// <summary>
/// A routing table in force, ready to use. A request takes one and keeps it to its end: it holds YARP's clusters themselves, so that a change
/// in between takes nothing away from it.
/// </summary>
internal sealed record ServingTable
{
    public required RoutingTable Table { get; init; }

    public required ServingArm Stable { get; init; }

    /// <summary>Whatever it may get; null when the table has none.</summary>
    public ServingArm? Candidate { get; init; }

    /// <summary>What is known of the candidate; there is one whenever there is a candidate.</summary>
    public Trial? Trial { get; init; }

    /// <summary>Whether the operator has pushed it. One that was only mounted may be stale, and must not revive a rejected candidate.</summary>
    public required bool Confirmed { get; init; }

    /// <summary>All of the table's clusters, also those that no tier uses.</summary>
    public required IReadOnlyList<ClusterState> Clusters { get; init; }

    /// <summary>This pipeline's routers; null when the table names none.</summary>
    public ClusterState? Peers { get; init; }

    /// <summary>The candidate when it may get requests: never after a trip, nor while the table isn't confirmed.</summary>
    public ServingArm? OpenCandidate => Confirmed && Trial is { Trip: null } ? Candidate : null;

    /// <summary>The candidate's weight in force.</summary>
    public int TrafficPermille => OpenCandidate is null ? 0 : Table.Candidate!.TrafficPermille;

    public ServingArm? ArmOf(string revision) => Stable.Revision == revision ? Stable : Candidate?.Revision == revision ? Candidate : null;

    public ServingTable Confirm() => Confirmed ? this : this with { Confirmed = true };
}
