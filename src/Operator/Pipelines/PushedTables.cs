using System.Collections.Concurrent;
using Rerank.Contracts.Routing;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// The newest table of each pipeline that this process has pushed. Under an expired lease a router with a newer one tells that another process leads.
/// </summary>
internal sealed class PushedTables
{
    private readonly ConcurrentDictionary<string, long> _newest = new(StringComparer.Ordinal);

    public void Pushed(RoutingTable table) => _newest.AddOrUpdate(table.Pipeline, table.Generation, (_, known) => Math.Max(known, table.Generation));

    /// <summary>Whether a table of this generation may be this process' own.</summary>
    public bool MayBeOwn(RoutingTable stored, long generation) =>
        generation <= stored.Generation || generation <= _newest.GetValueOrDefault(stored.Pipeline);
}
