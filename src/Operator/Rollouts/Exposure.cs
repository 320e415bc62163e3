using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;

namespace Rerank.Operator.Rollouts;

/// <summary>Takes requests away from a candidate while what was decided can't be stored.</summary>
internal static class Exposure
{
    /// <summary>
    /// The stored table with less for its candidate. The candidate stays in it: routers keep what they have seen of it, so the next reconcile decides the same
    /// again, and nothing goes back and forth.
    /// </summary>
    /// <param name="stored">The last table that was stored.</param>
    /// <param name="planned">What shall replace it. Its generation may be stored by now, so the held table has another one.</param>
    /// <returns>Null when a router gives the candidate no more than planned, or follows something else than what was stored.</returns>
    public static RoutingTable? Hold(RoutingTable? stored, RoutingTable? planned, RouterStatus router)
    {
        if (planned is null || stored?.Candidate is not { } candidate || router is not { Candidate: { TrafficPermille: > 0 } given })
            return null;
        if (planned.Stable.Revision != stored.Stable.Revision || router.Revision != stored.Stable.Revision || !IsOf(candidate, given))
            return null;
        var kept = planned.Candidate is { } arm && IsOf(arm, given) ? arm : null;
        var weight = kept?.TrafficPermille ?? 0;
        return weight < given.TrafficPermille && router.Generation <= planned.Generation
            ? stored with { Generation = planned.Generation + 1, Candidate = candidate with { Epoch = Math.Max(kept?.Epoch ?? 0, candidate.Epoch + 1), TrafficPermille = weight, MirrorPermille = 0 } }
            : null;
    }

    private static bool IsOf(CandidateArm arm, CandidateStatus seen) => arm.Arm.Revision == seen.Revision && arm.Attempt == seen.Attempt;
}
