using Rerank.Operator.Api;
using Rerank.Operator.Pipelines.Revisions;

namespace Rerank.Operator.Pipelines;

/// <summary>Names of clusters in a routing table: the tier's, unless one live revision has the tier as a pool and another as a sidecar.</summary>
internal sealed class ClusterNames
{
    private readonly HashSet<string> _ambiguous;

    public ClusterNames(IEnumerable<RevisionSnapshot> live)
    {
        var snapshots = live.ToList();
        _ambiguous = [.. Names(snapshots, Placement.Pool).Intersect(Names(snapshots, Placement.Sidecar))];
    }

    // Tiers' names have no dots.
    public string Of(string tier, Placement placement) => placement == Placement.Sidecar && _ambiguous.Contains(tier) ? $"{tier}.sidecar" : tier;

    private static IEnumerable<string> Names(IEnumerable<RevisionSnapshot> snapshots, Placement placement) =>
        snapshots.SelectMany(s => s.ModelTiers(placement)).Select(t => t.Name);
}
