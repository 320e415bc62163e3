using System.Collections.Frozen;
using Rerank.Dialects;

namespace Rerank.RerankerHost.Models;

/// <summary>The models of the set in force, as requests see them: an immutable snapshot, swapped as a whole.</summary>
internal sealed class ModelRegistry
{
    private Snapshot _snapshot = new(0, []);

    /// <summary>In the order of the set, each once.</summary>
    public IReadOnlyList<HostedModel> Current => Volatile.Read(ref _snapshot).Models;

    /// <summary>Under which names they are served, in the order of the set: folders with the same content are one model with several names.</summary>
    public IReadOnlyList<(string Name, HostedModel Model)> Names => Volatile.Read(ref _snapshot).Names;

    /// <summary>The models, and of which generation they are; 0: no set is in force.</summary>
    public (long Generation, IReadOnlyList<HostedModel> Models) InForce
    {
        get
        {
            var snapshot = Volatile.Read(ref _snapshot);
            return (snapshot.Generation, snapshot.Models);
        }
    }

    public void Replace(long generation, IReadOnlyList<(string Name, HostedModel Model)> names) => Volatile.Write(ref _snapshot, new Snapshot(generation, names));

    /// <param name="name">Null or empty: the first model.</param>
    /// <exception cref="RequestException">There's no such model, or it isn't ready.</exception>
    public ModelLease AcquireByName(string? name)
    {
        var snapshot = Volatile.Read(ref _snapshot);
        if (snapshot.Models.Count == 0)
            throw NotReady("no model is served here yet");
        if (string.IsNullOrEmpty(name))
            return Lease(snapshot.Models[0]);
        return snapshot.ByName.TryGetValue(name, out var model)
            ? Lease(model, name)
            : throw NotFound($"model {Quote(name)} is not served here; these are: {string.Join(", ", snapshot.ByName.Keys.Order(StringComparer.Ordinal))}");
    }

    /// <exception cref="RequestException">There's no such model, or it isn't ready.</exception>
    public ModelLease AcquireByDigest(string digest) =>
        Volatile.Read(ref _snapshot).ByDigest.TryGetValue(digest, out var model)
            ? Lease(model)
            : throw NotFound($"no model with digest {Quote(digest)} is held here");

    /// <summary>The model that a router says, or else the one that the request does.</summary>
    /// <param name="digest">Null or empty: none was said.</param>
    /// <exception cref="RequestException">There's no such model, or it isn't ready. That a router's isn't here is none of its caller's doing.</exception>
    public ModelLease Acquire(string? digest, string? name)
    {
        if (string.IsNullOrEmpty(digest))
            return AcquireByName(name);
        return Volatile.Read(ref _snapshot).ByDigest.TryGetValue(digest, out var model) ? Lease(model) : throw NotReady($"no model with digest {Quote(digest)} is held here");
    }

    private static ModelLease Lease(HostedModel model, string? name = null) =>
        model.TryLease(name) ?? throw NotReady($"model {model.Spec.Name} is not ready: {model.Status.State}");

    // Clients retry when they are told when.
    private static RequestException NotReady(string message) => new(new RequestError(RequestErrorKind.Unavailable, message, RetryAfterSeconds: 1));

    private static RequestException NotFound(string message) => new(RequestErrorKind.ModelNotFound, message);

    private static string Quote(string value) => value.Length <= 100 ? $"'{value}'" : $"'{value[..100]}...'";

    private sealed class Snapshot(long generation, IReadOnlyList<(string Name, HostedModel Model)> names)
    {
        public long Generation => generation;

        public IReadOnlyList<(string Name, HostedModel Model)> Names => names;

        public IReadOnlyList<HostedModel> Models { get; } = [.. names.Select(n => n.Model).Distinct()];

        public FrozenDictionary<string, HostedModel> ByName { get; } = names.ToFrozenDictionary(n => n.Name, n => n.Model, StringComparer.Ordinal);

        public FrozenDictionary<string, HostedModel> ByDigest { get; } = names.DistinctBy(n => n.Model).ToFrozenDictionary(n => n.Model.Spec.Digest, n => n.Model, StringComparer.Ordinal);
    }
}
