using System.Collections.Concurrent;
using k8s.Models;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Operator.Runtime.Tests.Control;

/// <summary>What the controllers and finalizers of a test do, and what they were called for.</summary>
internal sealed class Script
{
    public Func<V1ConfigMap, CancellationToken, Task<ReconciliationResult<V1ConfigMap>>> Reconcile { get; set; } = (map, _) => Ok(map);

    public Func<V1ConfigMap, Task<ReconciliationResult<V1ConfigMap>>> Deleted { get; set; } = Ok;

    public Func<string, V1ConfigMap, Task<ReconciliationResult<V1ConfigMap>>> Finalize { get; set; } = (_, map) => Ok(map);

    public ConcurrentQueue<V1ConfigMap> Reconciled { get; } = new();

    public ConcurrentQueue<V1ConfigMap> Told { get; } = new();

    public ConcurrentQueue<string> Finalized { get; } = new();

    public static Task<ReconciliationResult<V1ConfigMap>> Ok(V1ConfigMap map) => Task.FromResult(ReconciliationResult<V1ConfigMap>.Success(map));

    public static Task<ReconciliationResult<V1ConfigMap>> Again(V1ConfigMap map, TimeSpan after) =>
        Task.FromResult(ReconciliationResult<V1ConfigMap>.Success(map, after));

    public static Task<ReconciliationResult<V1ConfigMap>> Fail(V1ConfigMap map, TimeSpan? after = null, Exception? error = null) =>
        Task.FromResult(ReconciliationResult<V1ConfigMap>.Failure(map, "scripted failure", error, after));
}

internal sealed class ScriptedController(Script script) : IEntityController<V1ConfigMap>
{
    public Task<ReconciliationResult<V1ConfigMap>> ReconcileAsync(V1ConfigMap entity, CancellationToken cancellationToken)
    {
        script.Reconciled.Enqueue(entity);
        return script.Reconcile(entity, cancellationToken);
    }

    public Task<ReconciliationResult<V1ConfigMap>> DeletedAsync(V1ConfigMap entity, CancellationToken cancellationToken)
    {
        script.Told.Enqueue(entity);
        return script.Deleted(entity);
    }
}

internal sealed class FirstFinalizer(Script script) : IEntityFinalizer<V1ConfigMap>
{
    public const string Id = "example.com/first";

    public Task<ReconciliationResult<V1ConfigMap>> FinalizeAsync(V1ConfigMap entity, CancellationToken cancellationToken)
    {
        script.Finalized.Enqueue(Id);
        return script.Finalize(Id, entity);
    }
}

internal sealed class SecondFinalizer(Script script) : IEntityFinalizer<V1ConfigMap>
{
    public const string Id = "example.com/second";

    public Task<ReconciliationResult<V1ConfigMap>> FinalizeAsync(V1ConfigMap entity, CancellationToken cancellationToken)
    {
        script.Finalized.Enqueue(Id);
        return script.Finalize(Id, entity);
    }
}
