using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;

namespace Rerank.Operator.Tests.World;

/// <summary>The admin side of a Router.</summary>
internal sealed class FakeRouter(Func<Cluster, int> reach) : IFakeProcess
{
    private readonly string _processId = Guid.NewGuid().ToString();

    public RoutingTable? Table { get; private set; }

    /// <summary>Whether the table was pushed.</summary>
    public bool Confirmed { get; private set; }

    /// <summary>What it reports of the candidate, as long as it has that candidate.</summary>
    public CandidateStatus? Seen { get; set; }

    /// <summary>What is wrong with a table that it can't use; null: nothing.</summary>
    public Func<RoutingTable, string?> Refuses { get; set; } = _ => null;

    public bool IsReady => Table is not null;

    /// <summary>Starts with a mounted document.</summary>
    public void Start(string? document)
    {
        var mounted = document is null ? null : JsonSerializer.Deserialize(document, ContractsJson.Default.RoutingTable)!;
        Table = mounted is null || Refuses(mounted) is not null ? null : mounted;
    }

    public AdminReply Put(string document)
    {
        var table = JsonSerializer.Deserialize(document, ContractsJson.Default.RoutingTable)!;
        if (table.Generation < Table?.Generation)
            return AdminReply.Conflict(Table.Generation);
        if (table.Generation == Table?.Generation && Text(table) != Text(Table))
            return AdminReply.Conflict(Table.Generation);
        if (Refuses(table) is { } error)
            return AdminReply.Invalid(error);
        Table = table;
        Confirmed = true;
        return Get();
    }

    public AdminReply Get() => AdminReply.Ok(JsonSerializer.Serialize(
        new RouterStatus
        {
            ProcessId = _processId,
            Generation = Table?.Generation ?? 0,
            Revision = Table?.Stable.Revision,
            Confirmed = Confirmed,
            Candidate = Candidate(),
            Clusters = [.. (Table?.Clusters ?? []).Select(c => new ClusterStatus(c.Name, reach(c), reach(c)))],
            Requests = 0,
            Errors = 0,
        },
        ContractsJson.Default.RouterStatus));

    private CandidateStatus? Candidate()
    {
        if (Table?.Candidate is not { } candidate)
            return null;
        if (Seen?.Revision != candidate.Arm.Revision || Seen.Attempt != candidate.Attempt)
        {
            Seen = new()
            {
                Revision = candidate.Arm.Revision,
                Attempt = candidate.Attempt,
                TrafficPermille = 0,
                Stable = ArmEvidence.None,
                Candidate = ArmEvidence.None,
                Shadow = ShadowEvidence.None,
            };
        }

        return Seen with { TrafficPermille = Confirmed && Seen.Trip is null ? candidate.TrafficPermille : 0 };
    }

    private static string Text(RoutingTable table) => JsonSerializer.Serialize(table, ContractsJson.Default.RoutingTable);
}
