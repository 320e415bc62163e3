using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Routing;

namespace Rerank.Operator.Tests.World;

/// <summary>The admin side of a Router.</summary>
internal sealed class FakeRouter(Func<Cluster, int> reach) : IFakeProcess
{
    private readonly string _processId = Guid.NewGuid().ToString();

    public RoutingTable? Table { get; private set; }

    public bool IsReady => Table is not null;

    /// <summary>Starts with a mounted document.</summary>
    public void Start(string? document)
    {
        if (document is not null)
            Table = JsonSerializer.Deserialize(document, ContractsJson.Default.RoutingTable);
    }

    public AdminReply Put(string document)
    {
        var table = JsonSerializer.Deserialize(document, ContractsJson.Default.RoutingTable)!;
        if (table.Generation < Table?.Generation)
            return AdminReply.Conflict(Table.Generation);
        if (table.Generation == Table?.Generation && Text(table) != Text(Table))
            return AdminReply.Conflict(Table.Generation);
        Table = table;
        return Get();
    }

    public AdminReply Get() => AdminReply.Ok(JsonSerializer.Serialize(
        new RouterStatus
        {
            ProcessId = _processId,
            Generation = Table?.Generation ?? 0,
            Revision = Table?.Stable.Revision,
            Clusters = [.. (Table?.Clusters ?? []).Select(c => new ClusterStatus(c.Name, reach(c), reach(c)))],
            Requests = 0,
            Errors = 0,
        },
        ContractsJson.Default.RouterStatus));

    private static string Text(RoutingTable table) => JsonSerializer.Serialize(table, ContractsJson.Default.RoutingTable);
}
