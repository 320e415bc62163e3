using System.Collections.Concurrent;
using Rerank.Operator.Runtime;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// What routers refused when they were told, for the next look: a status doesn't say it. It is lost with the process, and found again by the next push.
/// </summary>
internal sealed class TableRefusals
{
    private readonly ConcurrentDictionary<ObjectKey, IReadOnlyDictionary<string, Refusal>> _refusals = new();

    /// <param name="told">Pods as they answered to a push.</param>
    public void Keep(ObjectKey pipeline, IReadOnlyList<ObservedPod> told)
    {
        var refusals = told.Where(p => p.Router?.Refusal is not null).ToDictionary(p => p.Name, p => p.Router!.Refusal!);
        if (refusals.Count == 0)
            _refusals.TryRemove(pipeline, out _);
        else
            _refusals[pipeline] = refusals;
    }

    public IReadOnlyList<ObservedPod> Recall(ObjectKey pipeline, IReadOnlyList<ObservedPod> pods) => !_refusals.TryGetValue(pipeline, out var refusals)
        ? pods
        : [.. pods.Select(p => p.Router is { } router && refusals.TryGetValue(p.Name, out var refusal) ? p with { Router = router with { Refusal = refusal } } : p)];

    public void Forget(ObjectKey pipeline) => _refusals.TryRemove(pipeline, out _);
}
