using Rerank.Contracts.Routing;
using Rerank.Operator.Pipelines;

namespace Rerank.Operator.Rollouts;

/// <summary>How far routers follow what was stored and sent.</summary>
internal static class Acknowledgement
{
    /// <summary>Whether what is asked for is what was stored, and every ready router has it in force. Without a ready router nobody has.</summary>
    /// <param name="asked">The table that the revisions ask for as they stand; a higher generation than the stored one's says that it is new.</param>
    public static bool IsComplete(Observation observed, RoutingTable? asked) =>
        asked is not null && observed.Documents.Table?.Generation == asked.Generation
            && observed.Routers.Any(p => p.IsReady) && Follow(observed, asked.Generation);

    /// <summary>Whether no ready router sends anything to a revision any more.</summary>
    public static bool HasLeft(Observation observed, string revision) =>
        observed.Documents.Table is { } table && table.Stable.Revision != revision && table.Candidate?.Arm.Revision != revision
            && Follow(observed, table.Generation);

    /// <summary>Whether a router has this generation in force, and weights with it.</summary>
    public static bool Follows(ObservedPod router, long generation) => router.Router?.Status is { Confirmed: true } status && status.Generation == generation;

    private static bool Follow(Observation observed, long generation) => observed.Routers.Where(p => p.IsReady).All(p => Follows(p, generation));
}
