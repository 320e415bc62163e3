using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Rerank.Faults.Tests.Faults;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Oracles;

/// <summary>
/// Oracle S: what has to hold after every write, whatever goes wrong. What is violated is kept and fails the test at its next look, because an exception here
/// would be one more fault to the operator.
/// </summary>
internal sealed class Invariants(FakeNodes nodes)
{
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly Dictionary<string, StoredRevision> _revisions = [];
    private readonly List<string> _stable = [];
    private readonly Lock _lock = new();

    /// <summary>Uids of the pipelines there have been.</summary>
    public ConcurrentBag<string> Owners { get; } = [];

    /// <summary>Objects of other people: <c>PLURAL/NAME</c>.</summary>
    public ConcurrentBag<string> Foreign { get; } = [];

    /// <summary>Which revision was the stable one, one after the other (S7).</summary>
    public IReadOnlyList<string> StableHistory
    {
        get
        {
            lock (_lock)
                return [.. _stable];
        }
    }

    public void Check() => Assert.Empty(_violations);

    public void AfterWrite(Entry entry)
    {
        if (entry.Effect == Effect.None)
            return;
        Guard(() => Traffic(entry.ToString()));
        Guard(() => Ownership(entry));
        if (entry.Call.Kind == "controllerrevisions")
            Guard(() => StablePointer(entry));
    }

    /// <summary>S1: whoever is ready to get requests routes all of them to pods that hold what they ask for.</summary>
    public void Traffic(string when)
    {
        foreach (var pod in nodes.Pods.ToList().Where(p => p is { IsReady: true, Router: not null }))
        {
            var table = pod.Router!.Table!;
            foreach (var arm in new[] { table.Stable, table.Candidate is { TrafficPermille: > 0 } candidate ? candidate.Arm : null }.OfType<Contracts.Routing.Arm>())
            {
                foreach (var tier in arm.Tiers.Where(t => t.Model is not null))
                    Require(Serves(pod, table, tier), $"S1: nobody serves {tier.Model!.Model} to {pod.Pod.Metadata.Name}, {when}");
            }
        }
    }

    private bool Serves(FakePod router, Contracts.Routing.RoutingTable table, Contracts.Routing.Tier tier)
    {
        var address = table.Clusters.Single(c => c.Name == tier.Model!.Cluster).Addresses[0];
        var hosts = address.StartsWith("unix:", StringComparison.Ordinal)
            ? [router.Hosts[tier.Name]]
            : nodes.Pods.ToList().Where(p => p.IsReady && p.Component == tier.Name).Select(p => p.Hosts[tier.Name]);
        return hosts.Any(h => h.Serves(tier.Model!.Digest));
    }

    /// <summary>S5: what isn't owned is neither changed nor deleted, and a deletion says which object it means.</summary>
    private void Ownership(Entry entry)
    {
        var call = entry.Call;
        if (!call.IsToApiServer)
            return;
        Require(!Foreign.Contains($"{call.Kind}/{call.Name}"), $"S5: {call} is somebody else's");
        switch (call.Verb)
        {
            case Verb.Delete:
                Require((string?)entry.Body?["preconditions"]?["uid"] is { Length: > 0 }, $"S5: {call} names no uid");
                break;
            case Verb.Apply or Verb.Create when call.Kind is not "events":
                var owners = entry.Body?["metadata"]?["ownerReferences"] as JsonArray;
                Require(
                    owners is [{ } owner] && owner["controller"]?.GetValue<bool>() == true && Owners.Contains((string)owner["uid"]!),
                    $"S5: {call} has no pipeline as its owner");
                break;
        }
    }

    /// <summary>S7: at no time is there none, once there was one; and S4: what was rejected gets no weight.</summary>
    private void StablePointer(Entry entry)
    {
        lock (_lock)
        {
            var name = entry.Call.Name!;
            if (entry.Call.Verb == Verb.Delete)
            {
                Require(_revisions.GetValueOrDefault(name)?.Role is not "stable", $"S7: the stable revision {name} is deleted");
                _revisions.Remove(name);
                return;
            }

            var stored = StoredRevision.Read(entry.Body!);
            _revisions[name] = stored;
            var all = _revisions.Where(r => r.Value.Owner == stored.Owner).ToList();
            var stable = all.Where(r => r.Value.Role == "stable").OrderByDescending(r => r.Value.Sequence).Select(r => r.Key).FirstOrDefault();
            Require(stable is not null || !all.Any(r => r.Value.WasStable), $"S7: no stable revision is left after {entry.Call}");
            if (stable is not null && _stable.LastOrDefault() != stable)
                _stable.Add(stable);
        }
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
            _violations.Enqueue(otherwise);
    }

    private void Guard(Action check)
    {
        try
        {
            check();
        }
        catch (Exception exception)
        {
            _violations.Enqueue(exception.ToString());
        }
    }
}
