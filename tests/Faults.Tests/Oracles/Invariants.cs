using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Rerank.Faults.Tests.Faults;
using Rerank.Operator.Revisions;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Oracles;

/// <summary>
/// Oracle S: what has to hold after every write, whatever goes wrong. What is violated is kept and fails the test at its next look, because an exception here
/// would be one more fault to the operator.
/// </summary>
internal sealed class Invariants(FakeNodes nodes)
{
    // The first tells the cause, and the rest is what follows from it.
    private const int Shown = 5;

    private readonly ConcurrentQueue<string> _violations = new();
    private readonly Dictionary<string, StoredRevision> _revisions = [];
    private readonly List<string> _stable = [];
    private readonly List<string> _weights = [];
    private readonly Dictionary<string, int> _gpus = [];
    private readonly StableTemplates _templates = new();
    private readonly Dictionary<string, (int Weight, long Generation)> _risen = [];
    private long _pushed;
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

    /// <summary>The weights that routers were told, each once as long as it lasted: <c>MODEL TRAFFIC/MIRROR</c>.</summary>
    public IReadOnlyList<string> Weights
    {
        get
        {
            lock (_lock)
                return [.. _weights];
        }
    }

    /// <summary>Whether, by what the world has candidates do, a weight may rise at all.</summary>
    public bool MayRise { get; set; } = true;

    /// <summary>Whether the test has taken something away that requests need.</summary>
    public bool IsOutage { get; set; }

    /// <summary>Most GPUs that all pods may ask for together.</summary>
    public int GpuBudget { get; set; } = int.MaxValue;

    /// <summary>Revisions that people let be tried again.</summary>
    public ConcurrentBag<string> Retried { get; } = [];

    public void Check() => Assert.True(_violations.IsEmpty, string.Join("\n", _violations.Take(Shown)));

    public void AfterWrite(Entry entry)
    {
        if (entry.Effect == Effect.None)
            return;
        Guard(() => Traffic(entry.ToString()));
        Guard(() => Ownership(entry));
        if (entry.Call.Kind == "deployments")
        {
            Guard(() => Gpus(entry));
            Guard(() => Templates(entry));
        }

        if (entry.Call.Kind == "controllerrevisions")
            Guard(() => StablePointer(entry));
        if (entry.Call.Verb == Verb.Push && entry.Body?["stable"] is not null)
            Guard(() => WeightsTold(entry.Body));
    }

    /// <summary>S1: whoever is ready to get requests routes all of them to pods that hold what they ask for.</summary>
    public void Traffic(string when)
    {
        if (IsOutage)
            return;
        foreach (var pod in nodes.Pods.ToList().Where(p => p is { IsReady: true, Router: not null }))
        {
            var table = pod.Router!.Table!;
            foreach (var arm in new[] { table.Stable, table.Candidate is { TrafficPermille: > 0 } candidate ? candidate.Arm : null }.OfType<Contracts.Routing.Arm>())
            {
                foreach (var tier in arm.Tiers.Where(t => t.Model is not null))
                {
                    if (!Serves(pod, table, tier))
                        Violated($"S1: nobody serves {tier.Model!.Model} of tier {tier.Name} of {arm.Revision} to {pod}, {when}; of {string.Join("; ", nodes.Pods)}");
                }
            }
        }
    }

    private bool Serves(FakePod router, Contracts.Routing.RoutingTable table, Contracts.Routing.Tier tier)
    {
        var address = table.Clusters.Single(c => c.Name == tier.Model!.Cluster).Addresses[0];
        var hosts = address.StartsWith("unix:", StringComparison.Ordinal)
            ? [router.Hosts[tier.Name]]
            : nodes.Pods.ToList().Where(p => p.IsReady && address.StartsWith($"http://{p.Deployment}.", StringComparison.Ordinal)).SelectMany(p => p.Hosts.Values);
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

    /// <summary>S3: while a candidate is on trial, or bakes, nothing of the pods of what it is to replace is changed.</summary>
    private void Templates(Entry entry)
    {
        lock (_lock)
        {
            if (_templates.Written(entry, _revisions.Values) is { } changed)
                Violated($"S3: {entry.Call} changes {changed} of what serves");
        }
    }

    /// <summary>S6.</summary>
    private void Gpus(Entry entry)
    {
        lock (_lock)
        {
            var containers = entry.Body?["spec"]?["template"]?["spec"]?["containers"]?.AsArray() ?? [];
            var each = containers.Sum(c => int.Parse(c!["resources"]?["limits"]?["nvidia.com/gpu"]?.ToString() ?? "0", CultureInfo.InvariantCulture));
            _gpus[entry.Call.Name!] = entry.Call.Verb == Verb.Delete ? 0 : each * ((int?)entry.Body?["spec"]?["replicas"] ?? 1);
            Require(_gpus.Values.Sum() <= GpuBudget, $"S6: {entry.Call} makes it {_gpus.Values.Sum()} GPUs");
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
            if (_revisions.TryGetValue(name, out var earlier))
                Require(IsReached(earlier.State, stored.State), $"S8: {name} goes from {earlier.State} to {stored.State} by {entry.Call}");
            _revisions[name] = stored;
            var all = _revisions.Where(r => r.Value.Owner == stored.Owner).ToList();
            var stable = all.Where(r => r.Value.Role == "stable").OrderByDescending(r => r.Value.Sequence).Select(r => r.Key).FirstOrDefault();
            Require(stable is not null || !all.Any(r => r.Value.WasStable), $"S7: no stable revision is left after {entry.Call}");
            if (stable is not null && _stable.LastOrDefault() != stable)
                _stable.Add(stable);
        }
    }

    // A look may take two steps before it stores anything, such as settling what the spec asks for and beginning with it.
    private static bool IsReached(RevisionState from, RevisionState to) =>
        Lifecycle.Allows(from, to) || Lifecycle.Transitions.Any(t => t.From == from && Lifecycle.Allows(t.To, to));

    /// <summary>S2: a weight rises only when every ready router follows the last rise; S4: what was rejected answers nothing.</summary>
    private void WeightsTold(JsonObject table)
    {
        lock (_lock)
        {
            var generation = (long)table["generation"]!;
            var candidate = table["candidate"];
            Answers((string)table["stable"]!["revision"]!);
            var weight = (int?)candidate?["trafficPermille"] ?? 0;
            var told = candidate is null ? "none" : $"{Model(candidate["arm"]!)} {weight}/{candidate["mirrorPermille"]}";
            if (generation > _pushed && _weights.LastOrDefault() != told)
                _weights.Add(told);
            _pushed = Math.Max(_pushed, generation);
            if (candidate is null || weight == 0)
                return;

            var revision = (string)candidate["arm"]!["revision"]!;
            Answers(revision);
            var (before, at) = _risen.GetValueOrDefault($"{revision}#{candidate["attempt"]}");
            if (weight <= before)
                return;
            _risen[$"{revision}#{candidate["attempt"]}"] = (weight, generation);
            Require(MayRise, $"S2: {revision} rises to {weight}");
            // One that only has a mounted table gives a candidate nothing.
            foreach (var router in nodes.ReadyRouters.Where(r => r.Confirmed && r.Table!.Pipeline == (string?)table["pipeline"]).ToList())
                Require(router.Table!.Generation >= at, $"S2: {revision} rises to {weight}, but a router is still at {router.Table.Generation} and not at {at}");
        }
    }

    private void Answers(string revision)
    {
        var stored = _revisions.FirstOrDefault(r => r.Key.EndsWith($"-{revision}", StringComparison.Ordinal)).Value;
        Require(stored?.RejectedAttempts is null || Retried.Contains(revision), $"S4: {revision} was rejected and answers");
    }

    private static string Model(JsonNode arm) => string.Join('+', arm["tiers"]!.AsArray().Select(t => (string?)t!["model"]?["model"]).OfType<string>());

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
            Violated(otherwise);
    }

    private void Violated(string what) => _violations.Enqueue(what);

    private void Guard(Action check)
    {
        try
        {
            check();
        }
        catch (Exception exception)
        {
            Violated(exception.ToString());
        }
    }
}
