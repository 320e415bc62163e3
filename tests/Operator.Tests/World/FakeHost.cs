using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Models;

namespace Rerank.Operator.Tests.World;

/// <summary>The admin side of a RerankerHost, whose models load in no time unless the test says otherwise. What it has loaded it has for as long as it shall.</summary>
internal sealed class FakeHost(Func<ModelSpec, ModelStatus> load) : IFakeProcess
{
    private readonly string _processId = Guid.NewGuid().ToString();
    private readonly Dictionary<string, ModelStatus> _loaded = [];
    private readonly Lock _lock = new();

    public ModelSet? Set { get; private set; }

    public bool IsReady => Status().Ready;

    /// <summary>Starts with a mounted document.</summary>
    public void Start(string? document)
    {
        if (document is not null)
            Set = JsonSerializer.Deserialize(document, ContractsJson.Default.ModelSet);
    }

    public AdminReply Put(string document)
    {
        var set = JsonSerializer.Deserialize(document, ContractsJson.Default.ModelSet)!;
        if (set.Generation < Set?.Generation)
            return AdminReply.Conflict(Set.Generation);
        if (set.Generation == Set?.Generation && Text(set) != Text(Set))
            return AdminReply.Conflict(Set.Generation);
        if (set.Models.DistinctBy(m => m.Name).Count() != set.Models.Count)
            return AdminReply.Invalid("a name is in the set twice");
        lock (_lock)
        {
            foreach (var dropped in _loaded.Keys.Except(set.Models.Select(m => m.Digest)).ToList())
                _loaded.Remove(dropped);
            Set = set;
        }

        return Get();
    }

    public AdminReply Get() => AdminReply.Ok(JsonSerializer.Serialize(Status(), WireJson.Default.HostStatus));

    public bool Serves(string digest) => Status().Models.Any(m => m.Digest == digest && m.State == ModelState.Ready);

    private HostStatus Status()
    {
        lock (_lock)
            return Status(Set);
    }

    private HostStatus Status(ModelSet? set)
    {
        var models = (set?.Models ?? []).Select(m => (Spec: m, Status: Held(m))).ToList();
        return new()
        {
            ProcessId = _processId,
            Generation = set?.Generation ?? 0,
            Ready = set is not null && models.All(m => !m.Spec.Required || m.Status.State == ModelState.Ready),
            Models = [.. models.Select(m => m.Status)],
        };
    }

    private ModelStatus Held(ModelSpec model)
    {
        if (_loaded.TryGetValue(model.Digest, out var loaded))
            return loaded with { Name = model.Name };
        var status = Credentialed(model);
        if (status.State == ModelState.Ready)
            _loaded.Add(model.Digest, status);
        return status;
    }

    private ModelStatus Credentialed(ModelSpec model)
    {
        var waits = (model.Source.HuggingFace?.RequiresCredential ?? model.Source.Http?.RequiresCredential ?? false)
            && Set?.Credentials?.ContainsKey(model.Name) != true;
        return waits ? new() { Name = model.Name, Digest = model.Digest, State = ModelState.WaitingForCredentials } : load(model);
    }

    private static string Text(ModelSet set) => JsonSerializer.Serialize(set with { Credentials = null }, ContractsJson.Default.ModelSet);
}
