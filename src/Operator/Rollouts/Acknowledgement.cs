using Rerank.Contracts.Routing;
using Rerank.Operator.Pipelines;

namespace Rerank.Operator.Rollouts;

/// <summary>How far routers follow what was stored and sent.</summary>
internal static class Acknowledgement
{
    /// <summary>Whether what is asked for is what was stored, and every ready router has it in force. Without a ready router nobody has.</summary>
    /// <param name="asked">The table that the revisions ask for as they stand; a higher generation than the stored one's says that it is new.</param>
    public static bool IsComplete(Observation observed, RoutingTable? asked) =>
        IsStored(observed, asked) && observed.Routers.Any(p => p.IsReady) && Follow(observed, asked!.Generation);

    /// <summary>Whether a router that gets requests has it in force, whatever the others do.</summary>
    public static bool IsBegun(Observation observed, RoutingTable? asked) =>
        IsStored(observed, asked) && observed.Routers.Any(p => p.IsReady && Follows(p, asked!.Generation));

    /// <summary>Whether no router gets requests, and all that answer, at least one, have it in force.</summary>
    public static bool IsCompleteOutOfService(Observation observed, RoutingTable? asked)
    {
        var answering = observed.Routers.Where(p => p.Router?.Status is not null).ToList();
        return IsStored(observed, asked) && !observed.Routers.Any(p => p.IsReady) && answering.Count > 0 && answering.All(p => Follows(p, asked!.Generation));
    }

    /// <summary>Names of the ready routers that don't have the stored table in force.</summary>
    public static IReadOnlyList<string> Behind(Observation observed) => observed.Documents.Table is not { } table
        ? []
        : [.. observed.Routers.Where(p => p.IsReady && !Follows(p, table.Generation)).Select(p => p.Name).Order(StringComparer.Ordinal)];

    /// <summary>Whether of the ready routers only those that say nothing at all may still send something to a revision.</summary>
    public static bool HasLeftButForSilent(Observation observed, string revision) =>
        observed.Documents.Table is { } table && table.Stable.Revision != revision && table.Candidate?.Arm.Revision != revision
            && observed.Routers.Where(p => p.IsReady && !Follows(p, table.Generation)).All(p => p.Router?.Status is null);

    /// <summary>What a router said that was told of the stored table, with this revision in it, and refused; null when none did.</summary>
    /// <param name="revision">The one that is judged.</param>
    public static string? Refusal(Observation observed, string revision) => observed.Documents.Table is not { } table || table.Candidate?.Arm.Revision != revision
        ? null
        : observed.Routers.Select(p => p.Router?.Refusal).FirstOrDefault(r => r?.Generation == table.Generation)?.Words;

    /// <summary>Whether no ready router sends anything to a revision any more.</summary>
    public static bool HasLeft(Observation observed, string revision) =>
        observed.Documents.Table is { } table && table.Stable.Revision != revision && table.Candidate?.Arm.Revision != revision
            && Follow(observed, table.Generation);

    /// <summary>Whether a router has this generation in force, and weights with it.</summary>
    public static bool Follows(ObservedPod router, long generation) => router.Router?.Status is { Confirmed: true } status && status.Generation == generation;

    private static bool IsStored(Observation observed, RoutingTable? asked) => asked is not null && observed.Documents.Table?.Generation == asked.Generation;

    private static bool Follow(Observation observed, long generation) => observed.Routers.Where(p => p.IsReady).All(p => Follows(p, generation));
}
