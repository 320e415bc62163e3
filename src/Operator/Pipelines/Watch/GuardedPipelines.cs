using System.Collections.Concurrent;
using Rerank.Operator.Admin;
using Rerank.Operator.Analysis;
using Rerank.Operator.Runtime;

namespace Rerank.Operator.Pipelines.Watch;

/// <summary>The pipelines with a revision that is judged. Only who reconciles enters any, so that operators that don't lead guard nothing.</summary>
internal sealed class GuardedPipelines(LastAnswers last)
{
    private readonly ConcurrentDictionary<ObjectKey, GuardedPipeline> _pipelines = [];

    public IEnumerable<(ObjectKey Key, GuardedPipeline Pipeline)> All => _pipelines.Select(p => (p.Key, p.Value));

    public GuardedPipeline? Find(ObjectKey pipeline) => _pipelines.GetValueOrDefault(pipeline);

    public void Follow(ObjectKey pipeline, GuardedTrial trial)
    {
        var guarded = _pipelines.GetOrAdd(pipeline, _ => new(last, trial));
        guarded.Follow(trial);
    }

    public void Forget(ObjectKey pipeline) => _pipelines.TryRemove(pipeline, out _);

    /// <summary>What has been read of the revision that is judged, by its name; empty when there is none.</summary>
    public IReadOnlyDictionary<string, EvidenceLedger> LedgersOf(ObjectKey pipeline) =>
        Find(pipeline)?.Ledger is { } ledger ? new Dictionary<string, EvidenceLedger> { [ledger.Revision] = ledger } : [];
}
