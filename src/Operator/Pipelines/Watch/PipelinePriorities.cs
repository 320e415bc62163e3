using Rerank.Operator.Api;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Runtime.Queue;

namespace Rerank.Operator.Pipelines.Watch;

/// <summary>What does harm comes first, then what is judged. Before the first reconcile, the status of whoever led before says which that is.</summary>
internal sealed class PipelinePriorities(GuardedPipelines guarded, IResourceCache<RerankPipeline> pipelines) : IWorkPriorities<RerankPipeline>
{
    public WorkPriority Of(ObjectKey key) => guarded.Find(key) switch
    {
        { Harm: not null } => WorkPriority.Urgent,
        not null => WorkPriority.High,
        _ => pipelines.Get(key)?.Status?.Analysis is null ? WorkPriority.Normal : WorkPriority.High,
    };
}
