using k8s.Models;
using Microsoft.Extensions.Options;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines.Engines;

/// <summary>What a pipeline runs on, and what it is to run on.</summary>
internal sealed class EngineReader(EngineQueue queue, IOptions<OperatorOptions> options, TimeProvider time)
{
    private EngineSnapshot Present => EngineAdoption.Present(options.Value.Images);

    public IReadOnlyList<Revision> Adopt(IReadOnlyList<Revision> revisions, IEnumerable<V1Deployment> deployments) => EngineAdoption.Adopt(revisions, deployments, Present);

    /// <param name="spec">What the spec asks for, without an engine; null when it can't be met.</param>
    /// <param name="revisions">Adopted ones.</param>
    public EngineChoice Choose(RerankPipeline pipeline, RevisionSnapshot? spec, IReadOnlyList<Revision> revisions)
    {
        var (key, directives) = (ObjectKey.Of(pipeline), new Directives(pipeline.Spec.Rollout.Directives));
        var choice = EngineChoice.Of(spec, pipeline.Spec.Engine.Policy, revisions, Present, directives, NoRoom, () => queue.Ask(key));
        if (choice.State is not (EngineState.Queued or EngineState.Moving))
            queue.Leave(key);
        return choice;

        Problem? NoRoom(RevisionSnapshot next) =>
            GpuBudget.Exceeded(pipeline.Spec, Homes.Settle(revisions, next, pipeline.Spec.Rollout, time.GetUtcNow()));
    }

    public void Forget(ObjectKey pipeline) => queue.Leave(pipeline);
}
