using Rerank.Contracts.Routing;
using Rerank.Router.Tiers;
using Rerank.Router.Trials;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Routing;

/// <summary>
/// A routing table in force, ready to use. A request takes one and keeps it to its end: it holds YARP's clusters themselves, so that a change
/// in between takes nothing away from it.
/// </summary>
internal sealed record ServingTable
{
    /// <summary>Of a request's passages, so many are looked for in caches.</summary>
    private const int PassagesLookedFor = 16;

    private volatile bool _confirmed;
    private volatile bool _isWithdrawn;

    public required RoutingTable Table { get; init; }

    public required ServingArm Stable { get; init; }

    /// <summary>Whatever it may get; null when the table has none.</summary>
    public ServingArm? Candidate { get; init; }

    /// <summary>What is known of the candidate; there is one whenever there is a candidate.</summary>
    public Trial? Trial { get; init; }

    /// <summary>
    /// Whether the operator has pushed it. One that was only mounted may be stale, and must not revive a rejected candidate. That it has is learnt of the same table: requests under way must not
    /// take it for another one, by which they could be ranked again.
    /// </summary>
    public required bool Confirmed
    {
        get => _confirmed;
        init => _confirmed = value;
    }

    /// <summary>All of the table's clusters, also those that no tier uses.</summary>
    public required IReadOnlyList<ClusterState> Clusters { get; init; }

    /// <summary>This pipeline's routers; null when the table names none.</summary>
    public ClusterState? Peers { get; init; }

    /// <summary>
    /// Whether the models of both arms are in the same hosts, whose queue then keeps both waiting alike. Otherwise an arm's waiting is its own: it may have too few hosts.
    /// </summary>
    public bool SharesHosts { get; init; }

    /// <summary>Whether anybody wants to know how long the arms take.</summary>
    public bool ComparesTimes { get; init; }

    /// <summary>The candidate when it may get requests: never after a trip, nor while the table isn't confirmed, nor once a newer one has taken them away.</summary>
    public ServingArm? OpenCandidate => Confirmed && !_isWithdrawn && Trial is { Trip: null } ? Candidate : null;

    /// <summary>The candidate's weight in force.</summary>
    public int TrafficPermille => OpenCandidate is null ? 0 : Table.Candidate!.TrafficPermille;

    public ServingArm? ArmOf(string revision) => Stable.Revision == revision ? Stable : Candidate?.Revision == revision ? Candidate : null;

    /// <summary>
    /// Whether a cache of either arm has a score of the model that decides there, for one of the first passages: looking for all would cost as much as ranking from a cache
    /// does, and a request of which only later ones are known is rare. Asked for both arms alike and before either ranks, so that the answers for which there was nothing
    /// are the same kind of work in both: a candidate with a cold cache isn't slow by it, nor is a slow one fast by a warm one.
    /// </summary>
    public bool HasAnyScore(RankingSubject subject) => HasAnyScore(Stable, subject) || (Candidate is not null && HasAnyScore(Candidate, subject));

    private static bool HasAnyScore(ServingArm arm, RankingSubject subject) =>
        arm.Cache is { } cache
        && subject.AnyOfFirst(PassagesLookedFor, cache.Pairs.Origins.NameOf(arm.Tiers[^1].Model.Digest, arm.Tiers[^1].Model.Cluster), key => cache.Pairs.Contains(key, cache.TtlSeconds));

    public void Confirm() => _confirmed = true;

    /// <summary>The candidate gets nothing any more, whatever becomes of the table that says so.</summary>
    public void Withdraw() => _isWithdrawn = true;
}
