using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Pipelines;

/// <summary>What pods and autoscalers are made for a spec.</summary>
public sealed class LayoutPlanTests
{
    private const int Mebibyte = 1024 * 1024;

    private readonly TestWorld _world = new();

    [Fact]
    public async Task Body_LimitIsLowered_RoutersKeepTheMemoryWhileOneServesThatAllowsMore()
    {
        await StartAsync(spec => spec.Router.Limits.MaxBodyBytes = 100 * Mebibyte);
        var before = await RouterMemoryAsync();

        // What served before is kept for a while, and may be gone back to.
        await _world.ApplyAsync(Samples.Model("better"));
        await _world.ApplyAsync(Samples.TwoTiers(full: "better", change: spec => spec.Router.Limits.MaxBodyBytes = 8 * Mebibyte));
        await _world.SettleAsync();

        Assert.Equal("better", (await _world.ServedModelsAsync())["full"]);
        Assert.Equal(before, await RouterMemoryAsync());
    }

    [Fact]
    public async Task Pool_GetsAnAutoscaler_ItsPodsStayAndScaleByWhatTheyUse()
    {
        await StartAsync(spec => spec.Tiers[1].Model!.Replicas = new() { Min = 2, Max = 2 });
        var before = Template(await PoolAsync());

        await _world.ApplyAsync(Samples.TwoTiers(change: spec => spec.Tiers[1].Model!.Replicas = new() { Min = 2, Max = 5 }));
        await _world.SettleAsync();

        Assert.Equal(before, Template(await PoolAsync()));
        var target = await TargetAsync();
        Assert.Equal(("AverageValue", "800m"), (target.Type, target.AverageValue?.ToString()));
    }

    [Fact]
    public async Task Pool_ThatNamesItsCpu_ScalesByAShareOfIt()
    {
        await StartAsync(spec =>
        {
            spec.Tiers[1].Model!.Replicas = new() { Min = 2, Max = 5 };
            spec.Tiers[1].Model!.Resources = new() { Requests = new() { ["cpu"] = new("4") } };
        });

        var target = await TargetAsync();
        Assert.Equal(("Utilization", 80), (target.Type, target.AverageUtilization));
    }

    [Fact]
    public async Task Pool_WithGpu_AsksForNoCpuByWhichAnAutoscalerWouldGo()
    {
        await StartAsync(spec =>
        {
            spec.Tiers[1].Model!.Replicas = new() { Min = 2, Max = 5 };
            spec.Tiers[1].Model!.Gpu = new() { Count = 1 };
        });

        Assert.Equal("Utilization", (await TargetAsync()).Type);
        Assert.False((await PoolAsync()).Spec.Template.Spec.Containers[0].Resources.Requests.ContainsKey("cpu"));
    }

    [Fact]
    public async Task Defaults_TurnedOff_NothingIsAskedForThatTheSpecDoesNotName()
    {
        _world.Options.DefaultResources = false;
        _world.RestartOperator();

        await StartAsync(_ => { });

        Assert.All(
            (await _world.ListAsync<V1Deployment>()).SelectMany(d => d.Spec.Template.Spec.Containers),
            container => Assert.True(container.Resources is null or { Requests: null or { Count: 0 }, Limits: null or { Count: 0 } }));
    }

    private async Task StartAsync(Action<RerankPipelineSpec> change)
    {
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(Samples.Model("base"));
        await _world.ApplyAsync(Samples.TwoTiers(change: change));
        await _world.SettleAsync();
    }

    private async Task<V1Deployment> PoolAsync() => Assert.Single(await _world.ListAsync<V1Deployment>(), d => d.Name().EndsWith("-full", StringComparison.Ordinal));

    private async Task<V2MetricTarget> TargetAsync() =>
        Assert.Single(Assert.Single(await _world.ListAsync<V2HorizontalPodAutoscaler>()).Spec.Metrics).Resource.Target;

    private async Task<string> RouterMemoryAsync()
    {
        var router = Assert.Single(await _world.ListAsync<V1Deployment>(), d => d.Name().EndsWith("-router", StringComparison.Ordinal));
        return router.Spec.Template.Spec.Containers.Single(c => c.Name == "router").Resources.Limits["memory"].ToString();
    }

    private static string Template(V1Deployment deployment) => k8s.KubernetesJson.Serialize(deployment.Spec.Template);
}
