using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;

namespace Rerank.Operator.Tests.World;

/// <summary>The admin side of a Router.</summary>
internal sealed class FakeRouter(Func<Cluster, int> reach) : IFakeProcess
{
    private readonly string _processId = Guid.NewGuid().ToString();
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version = 1;
    private CandidateStatus? _seen;

    public RoutingTable? Table { get; set; }

    /// <summary>Whether the table was pushed.</summary>
    public bool Confirmed { get; private set; }

    /// <summary>What it reports of the candidate, as long as it has that candidate.</summary>
    public CandidateStatus? Seen
    {
        get => _seen;
        set
        {
            var isNews = value?.Trip != _seen?.Trip;
            _seen = value;
            if (isNews)
                Change();
        }
    }

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
        var isNews = !Confirmed || table.Generation != Table?.Generation;
        Table = table;
        Confirmed = true;
        if (isNews)
            Change();
        return Get();
    }

    public Task ChangedAsync(long version)
    {
        lock (_lock)
            return version == _version ? _changed.Task : Task.CompletedTask;
    }

    public AdminReply Get() => AdminReply.Ok(JsonSerializer.Serialize(
        new RouterStatus
        {
            ProcessId = _processId,
            Version = _version,
            Generation = Table?.Generation ?? 0,
            Revision = Table?.Stable.Revision,
            Confirmed = Confirmed,
            Candidate = Candidate(),
            Clusters = [.. (Table?.Clusters ?? []).Select(c => new ClusterStatus(c.Name, reach(c), reach(c)))],
            Requests = 0,
            Errors = 0,
        },
        WireJson.Default.RouterStatus));

    private CandidateStatus? Candidate()
    {
        if (Table?.Candidate is not { } candidate)
            return null;
        var seen = _seen;
        if (seen?.Revision != candidate.Arm.Revision || seen.Attempt != candidate.Attempt)
        {
            _seen = seen = new()
            {
                Revision = candidate.Arm.Revision,
                Attempt = candidate.Attempt,
                TrafficPermille = 0,
                Stable = ArmEvidence.None,
                Candidate = ArmEvidence.None,
                Shadow = ShadowEvidence.None,
            };
        }

        return seen with { TrafficPermille = Confirmed && seen.Trip is null ? candidate.TrafficPermille : 0 };
    }

    private void Change()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _version++;
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    private static string Text(RoutingTable table) => JsonSerializer.Serialize(table, ContractsJson.Default.RoutingTable);
}
