using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Pipelines;

/// <summary>The operator dies after its nth write, for every n, and another one goes on: the end is the same, and requests are answered throughout.</summary>
public sealed class CrashTests
{
    private const int Enough = 14;

    [Fact]
    public async Task FirstDeployment_CrashAfterAnyWrite_EndsTheSame()
    {
        await ForEveryWriteAsync(async world =>
        {
            await world.ApplyAsync(Samples.Model("tiny"));
            await world.ApplyAsync(Samples.Model("base"));
            await world.ApplyAsync(Samples.TwoTiers());
        });
    }

    [Fact]
    public async Task ModelChanged_CrashAfterAnyWrite_EndsTheSame()
    {
        await ForEveryWriteAsync(world => world.ApplyAsync(Samples.TwoTiers(full: "better", change: Impatient)), DeployedAsync);
    }

    [Fact]
    public async Task ModelChangedInPodsOfItsOwn_CrashAfterAnyWrite_EndsTheSame()
    {
        await ForEveryWriteAsync(world => world.ApplyAsync(Samples.TwoTiers(full: "better", change: Dedicated)), DeployedAsync);

        static void Dedicated(RerankPipelineSpec spec)
        {
            Impatient(spec);
            spec.Rollout.Capacity.Placement = CapacityPlacement.DedicatedPods;
        }
    }

    [Fact]
    public async Task TierRemoved_CrashAfterAnyWrite_EndsTheSame()
    {
        await ForEveryWriteAsync(
            world => world.ApplyAsync(Samples.Of(new() { Tiers = [Samples.Sidecar("small", "tiny")], Rollout = new() { Steps = [], RetainStableSeconds = 0, BakeSeconds = 0 } })),
            DeployedAsync);
    }

    private static void Impatient(RerankPipelineSpec spec) => spec.Rollout.RetainStableSeconds = 0;

    private static async Task DeployedAsync(TestWorld world)
    {
        await world.ApplyAsync(Samples.Model("tiny"));
        await world.ApplyAsync(Samples.Model("base"));
        await world.ApplyAsync(Samples.Model("better"));
        await world.ApplyAsync(Samples.TwoTiers(change: Impatient));
        await world.SettleAsync();
    }

    private static async Task ForEveryWriteAsync(Func<TestWorld, Task> change, Func<TestWorld, Task>? before = null)
    {
        var (expected, writes) = await RunAsync(change, before, crashAfter: int.MaxValue);
        Assert.True(writes > 5);
        for (var n = 1; n <= writes; n++)
        {
            var (actual, _) = await RunAsync(change, before, crashAfter: n);
            Assert.True(expected == actual, $"after a crash at write {n}:\n{actual}\ninstead of\n{expected}");
        }
    }

    private static async Task<(string End, int Writes)> RunAsync(Func<TestWorld, Task> change, Func<TestWorld, Task>? before, int crashAfter)
    {
        var world = new TestWorld();
        if (before is not null)
            await before(world);
        await change(world);
        var already = world.Crash.Writes;
        world.Crash.After(crashAfter);
        for (var turn = 0; turn < Enough; turn++)
        {
            try
            {
                await world.TurnAsync();
            }
            catch (CrashException)
            {
                await world.AssertServingAsync();
                world.RestartOperator();
            }
        }

        return (await EndAsync(world), world.Crash.Writes - already);
    }

    private static async Task<string> EndAsync(TestWorld world)
    {
        var revisions = (await world.RevisionsAsync()).Select(r => $"{r.Name} {r.Role}");
        var served = (await world.ServedModelsAsync()).Select(s => $"{s.Key}={s.Value}");
        var conditions = (await world.PipelineAsync()).Status!.Conditions.Select(c => $"{c.Type}={c.Status}/{c.Reason}");
        var hosts = from pod in world.Nodes.Pods
                    from host in pod.Hosts
                    from model in host.Value.Set!.Models
                    select $"{pod.Component}/{host.Key}: {model.Name} {model.Required}";
        return string.Join('\n',
        [
            .. revisions.Order(StringComparer.Ordinal),
            .. served.Order(StringComparer.Ordinal),
            .. conditions.Order(StringComparer.Ordinal),
            .. hosts.Distinct().Order(StringComparer.Ordinal),
            .. (await world.ListAsync<V1Deployment>()).Select(d => d.Name()).Order(StringComparer.Ordinal),
            .. (await world.ListAsync<V1Service>()).Select(d => d.Name()).Order(StringComparer.Ordinal),
        ]);
    }
}
