using Rerank.Contracts.Routing;

namespace Rerank.Operator.Pipelines;

/// <summary>How far routers follow what was stored and sent.</summary>
internal static class Acknowledgement
{
    /// <summary>Whether what is asked for is what was stored, and every ready router has it in force. Without a ready router nobody has.</summary>
    /// <param name="asked">The table that the revisions ask for as they stand; a higher generation than the stored one's says that it is new.</param>
    public static bool IsComplete(Observation observed, RoutingTable? asked) =>
        IsStored(observed, asked) && observed.Routers.Any(p => p.IsReady) && Follow(observed, asked!.Generation);

    /// <summary>
    /// Whether a router that gets requests may send some to a revision, whatever the others do. It is what was stored that says so: what is asked for now may be
    /// something else already.
    /// </summary>
    public static bool IsServed(Observation observed, string revision) =>
        observed.Documents.Table is { } table
            && (table.Stable.Revision == revision || (table.Candidate is { TrafficPermille: > 0 } candidate && candidate.Arm.Revision == revision))
            && observed.Routers.Any(p => p.IsReady && (Follows(p, table.Generation) || HasLater(p, table.Generation, revision)));

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

    /// <summary>
    /// What a router said that was told of the stored table, with this revision in it, and refused because of it; null when none did. A router of another release may
    /// not know what the table says, which is no fault of the revision's.
    /// </summary>
    /// <param name="revision">The one that is judged.</param>
    /// <param name="isCurrent">Whether a router's pod is as it should be by now.</param>
    public static string? Refusal(Observation observed, string revision, Func<ObservedPod, bool> isCurrent) =>
        observed.Documents.Table?.Candidate?.Arm.Revision != revision
            ? null
            : Refusing(observed).FirstOrDefault(p => p.Router!.Refusal!.IsAboutCandidate && isCurrent(p))?.Router!.Refusal!.Words;

    /// <summary>Which ready router refuses the stored table, and in what words, whatever the reason; null when none does.</summary>
    public static string? RefusalInWords(Observation observed) =>
        Refusing(observed).MinBy(p => p.Name, StringComparer.Ordinal) is { } router ? $"{router.Name} refuses it: {router.Router!.Refusal!.Words}" : null;

    /// <summary>Whether no ready router sends anything to a revision any more.</summary>
    public static bool HasLeft(Observation observed, string revision) =>
        observed.Documents.Table is { } table && table.Stable.Revision != revision && table.Candidate?.Arm.Revision != revision
            && Follow(observed, table.Generation);

    /// <summary>Whether a router has this generation in force, and weights with it.</summary>
    public static bool Follows(ObservedPod router, long generation) => router.Router?.Status is { Confirmed: true } status && status.Generation == generation;

    // As when traffic was taken away by something that could not be stored.
    private static bool HasLater(ObservedPod router, long generation, string revision) =>
        router.Router?.Status is { Confirmed: true } status && status.Generation > generation && (status.Revision == revision || status.Candidate?.Revision == revision);

    private static IEnumerable<ObservedPod> Refusing(Observation observed) =>
        observed.Routers.Where(p => p.IsReady && p.Router?.Refusal is { } refusal && refusal.Generation == observed.Documents.Table?.Generation);

    private static bool IsStored(Observation observed, RoutingTable? asked) => asked is not null && observed.Documents.Table?.Generation == asked.Generation;

    private static bool Follow(Observation observed, long generation) => observed.Routers.Where(p => p.IsReady).All(p => Follows(p, generation));
}
