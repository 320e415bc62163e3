using System.Diagnostics;
using Rerank.Operator.Api;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Scale.Operator;

/// <summary>The pipelines' controller, with the time that each of its reconciles takes.</summary>
internal sealed class TimedController(RerankPipelineController inner, Measures measures) : IEntityController<RerankPipeline>
{
    public async Task<ReconciliationResult<RerankPipeline>> ReconcileAsync(RerankPipeline entity, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            return await inner.ReconcileAsync(entity, cancellationToken);
        }
        finally
        {
            measures.Reconciled(Stopwatch.GetElapsedTime(start));
        }
    }

    public Task<ReconciliationResult<RerankPipeline>> DeletedAsync(RerankPipeline entity, CancellationToken cancellationToken) =>
        inner.DeletedAsync(entity, cancellationToken);
}
