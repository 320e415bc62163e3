using k8s.Models;
using Microsoft.Extensions.Options;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;

namespace Rerank.Operator.Pipelines.Engines;

/// <summary>
/// Whose turn it is to change its engine. Who is under way is read from the revisions, so that a new process goes on with it; who waits is asked anew in each process. What was admitted and isn't
/// seen to have begun yet holds its place for a while.
/// </summary>
internal sealed class EngineQueue(IResourceCache<V1ControllerRevision> revisions, IOptions<OperatorOptions> options, TimeProvider time)
{
    // Longer than a reconcile may take until the cache has what it wrote.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // Who waits asks at each reconcile, four times a minute at least: who doesn't has something else in the way.
    private static readonly TimeSpan Attention = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, DateTimeOffset> _waiting = [];
    private readonly Dictionary<ObjectKey, DateTimeOffset> _admitted = [];

    /// <summary>Whether it may begin. It waits from now on if not.</summary>
    public bool Ask(ObjectKey pipeline)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var begun = UnderWay();
            foreach (var old in _admitted.Where(a => begun.Contains(a.Key) || now - a.Value >= Patience).ToList())
                _admitted.Remove(old.Key);
            foreach (var silent in _waiting.Where(w => now - w.Value >= Attention).ToList())
                _waiting.Remove(silent.Key);
            _waiting[pipeline] = now;
            begun.UnionWith(_admitted.Keys);
            if (!EngineGate.Admitted(begun, _waiting.Keys, options.Value.Engine.MaxPipelines).Contains(pipeline))
                return false;
            _waiting.Remove(pipeline);
            _admitted.TryAdd(pipeline, now);
            return true;
        }
    }

    /// <summary>It doesn't want to, or is gone.</summary>
    public void Leave(ObjectKey pipeline)
    {
        lock (_lock)
        {
            _waiting.Remove(pipeline);
            _admitted.Remove(pipeline);
        }
    }

    private HashSet<ObjectKey> UnderWay() =>
    [
        .. revisions.List()
            .Where(r => r.GetLabel(Labels.Role) is "candidate" or "stable" or "retained")
            .Select(r => (Pipeline: PipelineOf(r), Revision: RevisionObject.TryReadOnce(r)))
            .Where(r => r.Revision is not null)
            .GroupBy(r => r.Pipeline, r => r.Revision!)
            .Where(IsMoving)
            .Select(pipeline => pipeline.Key),
    ];

    private static ObjectKey PipelineOf(V1ControllerRevision revision) =>
        new(revision.Namespace(), revision.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true)?.Name ?? "");

    private static bool IsMoving(IEnumerable<Revision> pipeline)
    {
        var live = pipeline.ToList();
        var stable = live.Where(r => r.Role == RevisionRole.Stable).MaxBy(r => r.Sequence);
        var (before, after) = stable is { IsGuarded: true }
            ? (live.FirstOrDefault(r => r.Name == stable.Rollout.BakesAgainst), stable)
            : (stable, live.FirstOrDefault(r => r.Role == RevisionRole.Candidate));
        return before?.Snapshot.RunsOn is { } old && after?.Snapshot.RunsOn is { } next && !old.IsLike(next);
    }
}
