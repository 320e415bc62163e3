using System.Collections.Concurrent;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Operator.Tests.World;

/// <summary>What somebody wants reconciled at once. In a world where time is moved by hand, it is when the next turn comes.</summary>
internal sealed class Triggers : IReconcileTrigger<RerankPipeline>
{
    public ConcurrentQueue<ObjectKey> Keys { get; } = [];

    public void Enqueue(ObjectKey key, TimeSpan? after = null) => Keys.Enqueue(key);

    /// <summary>Those that must not wait.</summary>
    public ConcurrentQueue<ObjectKey> Urgent { get; } = [];

    public void EnqueueUrgent(ObjectKey key) => Urgent.Enqueue(key);
}
