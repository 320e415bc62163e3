using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// Names of clusters in a routing table: a pool's component; a sidecar's tier, unless one live revision has the tier as a pool of that name.
/// </summary>
internal sealed class ClusterNames(IEnumerable<RevisionSnapshot> live)
{
    private readonly HashSet<string> _pools = [.. live.SelectMany(s => s.Pools).Select(pool => pool.Component)];

    public string Of(TierSnapshot tier) => tier.Model?.Placement == Placement.Pool ? OfPool(tier.Pool) : OfSidecar(tier.Name);

    public static string OfPool(PoolId pool) => pool.Component;

    // Neither tiers' names nor pools' homes have dots, and homes begin with a revision's hash.
    public string OfSidecar(string tier) => _pools.Contains(tier) ? $"{tier}.sidecar" : tier;
}
