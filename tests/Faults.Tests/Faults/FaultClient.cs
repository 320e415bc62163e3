using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Faults.Tests.Faults;

/// <summary>The same faults on the in-memory API server: between an operator process and the client seam.</summary>
internal sealed class FaultClient(IResourceClient inner, FaultGate gate, Journal journal) : IResourceClient
{
    public Task<ResourcePage<T>> ListAsync<T>(string? ns, string? labelSelector, string? continueToken, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> =>
        PassAsync<T, ResourcePage<T>>(Verb.List, null, null, () => inner.ListAsync<T>(ns, labelSelector, continueToken, cancellationToken));

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? ns, string? labelSelector, string resourceVersion, TimeSpan timeout, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => inner.WatchAsync<T>(ns, labelSelector, resourceVersion, timeout, cancellationToken);

    public Task<T?> GetAsync<T>(ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        PassAsync<T, T?>(Verb.Get, key.Name, null, () => inner.GetAsync<T>(key, cancellationToken));

    public Task<T> ApplyAsync<T>(T desired, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> =>
        PassAsync<T, T>(Verb.Apply, desired.Name(), desired, () => inner.ApplyAsync(desired, cancellationToken), EffectOf);

    public Task ApplyStatusAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> =>
        PassAsync<T, bool>(Verb.ApplyStatus, entity.Name(), entity, () => Done(inner.ApplyStatusAsync(entity, cancellationToken)));

    public Task<T> SetFinalizersAsync<T>(T entity, IReadOnlyList<string> finalizers, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> =>
        PassAsync<T, T>(Verb.SetFinalizers, entity.Name(), entity, () => inner.SetFinalizersAsync(entity, finalizers, cancellationToken));

    public Task DeleteAsync<T>(ObjectKey key, string? uid, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> => gate.PassAsync(
            new Call(Verb.Delete, ResourceKind.Of<T>().Plural, key.Name),
            new JsonObject { ["preconditions"] = new JsonObject { ["uid"] = uid } },
            () => DeleteAsync(inner.ListAsync<T>(key.Namespace, null, null, cancellationToken), () => inner.DeleteAsync<T>(key, uid, cancellationToken), key),
            refusal => throw Refusals.AsThrown(new Call(Verb.Delete, ResourceKind.Of<T>().Plural, key.Name), refusal),
            effect => effect);

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> =>
        PassAsync<T, T>(Verb.Create, entity.Name(), entity, () => inner.CreateAsync(entity, cancellationToken), _ => Effect.Created);

    private Task<TResult> PassAsync<T, TResult>(
        Verb verb, string? name, IKubernetesObject<V1ObjectMeta>? body, Func<Task<TResult>> act, Func<TResult, Effect>? effect = null)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var call = new Call(verb, ResourceKind.Of<T>().Plural, name);
        var sent = body is null ? null : JsonNode.Parse(KubernetesJson.Serialize(body)) as JsonObject;
        return gate.PassAsync(call, sent, act, refusal => throw Refusals.AsThrown(call, refusal), effect ?? (_ => Effect.Written));
    }

    private Effect EffectOf<T>(T result)
        where T : IKubernetesObject<V1ObjectMeta> => journal.IsNew(result.Uid()) ? Effect.Created : Effect.Written;

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }

    private static async Task<Effect> DeleteAsync<T>(Task<ResourcePage<T>> before, Func<Task> delete, ObjectKey key)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var was = (await before).Items.Any(item => item.Name() == key.Name);
        await delete();
        return was ? Effect.Deleted : Effect.None;
    }
}
