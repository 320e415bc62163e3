using Rerank.Contracts.Models;
using Rerank.RerankerHost.Serving;
using Rerank.RerankerHost.Sources;

namespace Rerank.RerankerHost.Models;

/// <summary>Puts model sets in force: starts what is new, keeps what has the same content, retires what is gone.</summary>
internal sealed class ModelSetController(
    ModelRegistry registry,
    ModelActivation activation,
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

    public HostStatus Status()
    {
        lock (_lock)
        {
            var models = registry.Current;
            ModelStatus[] statuses = [.. models.Select(m => m.Status)];
            return new HostStatus
            {
                ProcessId = _processId,
                Generation = _inForce?.Generation ?? 0,
                Ready = _inForce is not null && models.Zip(statuses).All(m => !m.First.Spec.Required || m.Second.State == ModelState.Ready),
                Models = statuses,
            };
        }
    }

    /// <summary>Retires everything, at the end of the process.</summary>
    public Task StopAsync()
    {
        lock (_lock)
        {
            var models = registry.Current;
            foreach (var model in models)
                model.Retire();
            return Task.WhenAll(models.Select(m => m.Completion));
        }
    }

    private void PutInForceNeedsLock(ModelSet set)
    {
        var held = registry.Current.ToDictionary(m => m.Spec.Digest, StringComparer.Ordinal);
        var next = new List<HostedModel>(set.Models.Count);
        foreach (var spec in set.Models)
        {
            var credential = set.Credentials?.GetValueOrDefault(spec.Name);
            if (held.Remove(spec.Digest, out var model))
            {
                model.Update(spec, credential, isNews: _inForce?.Generation != set.Generation);
            }
            else
            {
                model = new HostedModel(spec, credential, activation, time, logger);
                model.Start();
            }

            next.Add(model);
        }

        limits.Apply(set.Limits);
        registry.Replace(next);
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
