using Rerank.Operator.Api;
using Rerank.Operator.Pipelines.Watch;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client.InMemory;
using Rerank.Operator.Runtime.Queue;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Pipelines.Watch;

public sealed class PipelinePrioritiesTests
{
    private static readonly ObjectKey Search = new(Samples.Namespace, Samples.Pipeline);

    private readonly InMemoryResourceClient _api = new(TimeProvider.System);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NothingIsJudged_IsNormal()
    {
        await _api.CreateAsync(Samples.TwoTiers(), Stop);

        Assert.Equal(WorkPriority.Normal, Priorities().Of(Search));
        Assert.Equal(WorkPriority.Normal, Priorities().Of(new("shop", "gone")));
    }

    [Fact]
    public async Task StatusSaysThatItIsJudged_IsHighBeforeTheFirstReconcile()
    {
        var pipeline = await _api.CreateAsync(Samples.TwoTiers(), Stop);
        pipeline.Status = new() { Analysis = new AnalysisStatus { Revision = "new" } };
        await _api.ApplyStatusAsync(pipeline, Stop);

        Assert.Equal(WorkPriority.High, Priorities().Of(Search));
    }

    private PipelinePriorities Priorities() => new(new(new(TimeProvider.System)), new LiveCache<RerankPipeline>(_api));
}
