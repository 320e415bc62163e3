using Rerank.Contracts.Models;
using Rerank.RerankerHost.Serving;
using Rerank.RerankerHost.Sources;

namespace Rerank.RerankerHost.Models;

/// <summary>Puts model sets in force: starts what is new, keeps what has the same content, retires what is gone.</summary>
internal sealed class ModelSetController(
    ModelRegistry registry,
    ModelActivation activation,
    Unloading unloading,
    BlobStore blobs,
    LimitsInForce limits,
    TimeProvider time,
    ILogger<ModelSetController> logger)
{
    private readonly string _processId = Guid.NewGuid().ToString();
    private readonly Lock _lock = new();
    private ModelSet? _inForce;

    /// <param name="set">Valid.</param>
    /// <returns>Null: it is in force now.</returns>
    public Refusal? Apply(ModelSet set)
    {
        lock (_lock)
        {
            if (_inForce is { } inForce)
            {
                if (set.Generation < inForce.Generation)
                    return new Refusal(inForce.Generation, $"generation {set.Generation} is older than {inForce.Generation}, which is in force");
                if (set.Generation == inForce.Generation && !ModelSetDocument.SameContent(set, inForce))
                    return new Refusal(inForce.Generation, $"generation {set.Generation} is in force already, with other content");
                // The same document without secrets, as from a mounted file, doesn't take secrets away.
                if (set.Generation == inForce.Generation && set.Credentials is null)
                    set = set with { Credentials = inForce.Credentials };
            }

            PutInForceNeedsLock(set);
            return null;
        }
    }

    /// <summary>Never waits for a set that is being put in force: health and metrics are made of it.</summary>
    public HostStatus Status()
    {
        var (generation, models) = registry.InForce;
        ModelStatus[] statuses = [.. models.Select(m => m.Status)];
        return new HostStatus
        {
            ProcessId = _processId,
            Generation = generation,
            Ready = generation > 0 && models.Zip(statuses).All(m => !m.First.Spec.Required || m.Second.State == ModelState.Ready),
            Models = statuses,
        };
    }

    /// <summary>Retires everything, at the end of the process, and waits until it is freed: ONNX Runtime must not be torn down while it frees a model.</summary>
    public async Task StopAsync()
    {
        IReadOnlyList<HostedModel> models;
        lock (_lock)
        {
            models = registry.Current;
            foreach (var model in models)
                model.Retire();
        }

        await Task.WhenAll(models.Select(m => m.Completion));
        await unloading.Completion;
    }

    private void PutInForceNeedsLock(ModelSet set)
    {
        var held = registry.Current.ToDictionary(m => m.Spec.Digest, StringComparer.Ordinal);
        var next = new List<(string Name, HostedModel Model)>(set.Models.Count);
        var byDigest = new Dictionary<string, HostedModel>(set.Models.Count, StringComparer.Ordinal);
        foreach (var spec in set.Models)
        {
            var credential = set.Credentials?.GetValueOrDefault(spec.Name);
            if (byDigest.TryGetValue(spec.Digest, out var model))
            {
                // The same files under another name, which only folders given by hand can be: loaded once.
            }
            else if (held.Remove(spec.Digest, out model))
            {
                model.Update(spec, credential, isNews: _inForce?.Generation != set.Generation);
            }
            else
            {
                model = new HostedModel(spec, credential, activation, unloading, time, logger);
                model.Start();
            }

            byDigest[spec.Digest] = model;
            next.Add((spec.Name, model));
        }

        limits.Apply(set.Limits);
        registry.Replace(set.Generation, next);
        foreach (var gone in held.Values)
            gone.Retire();
        blobs.Clean(set.Models);
        if (_inForce?.Generation != set.Generation)
            Log.InForce(logger, set.Generation, set.Pipeline, set.Models.Count, held.Count);
        _inForce = set;
    }
}

/// <summary>A set that isn't put in force, because of the generation that is.</summary>
internal sealed record Refusal(long Generation, string Reason);
