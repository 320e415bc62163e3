using k8s.Models;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Rollouts;

/// <summary>The admin token is replaced, and there is no time in which the operator can't take traffic away.</summary>
public sealed class TokenRotationTests(ControlPlane server)
{
    private static readonly string Secret = new PipelineNames(Samples.Pipeline).AdminSecret;

    [Theory]
    [Trait("Fault", "T88")]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task TokenIsReplaced_WhilePodsHaveTheFormerOneOnly_AWorseCandidateIsTakenOutAtOnce(bool isDeleted, bool isLate)
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world, Deploy.StaysAtHalf);
        await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.StaysAtHalf));
        await world.UntilStepAsync("half");
        world.Network.IsSecretLate = isLate;
        if (isDeleted)
            await world.DeleteAsync<V1Secret>(Secret);
        else
            await world.ApplyAsync(Rotating(full: "better", change: Deploy.StaysAtHalf));
        await world.TurnAsync();
        var replaced = await StoredAsync(world);
        Assert.Equal(isLate, world.Network.Token == replaced.Previous);
        Assert.NotNull(replaced.Previous);

        var router = world.Nodes.ReadyRouters.First();
        router.Seen = router.Seen! with { Trip = new("errors", "20 of 25 requests in 10 s failed", world.Time.GetUtcNow()) };
        await world.TurnAsync();

        Assert.Single((await world.PipelineAsync()).Status!.Rejected!);
        Assert.All(world.Nodes.ReadyRouters, r => Assert.Null(r.Table!.Candidate));
    }

    [Fact]
    [Trait("Fault", "T88")]
    public async Task TokenIsReplaced_PodsSeeItLate_NobodyIsUnreachable_AndTheFormerOneEndsOnceAllHaveTheNewOne()
    {
        using var world = FaultWorld.InMemory();
        await Deploy.DoneAsync(world);
        var before = (await StoredAsync(world)).Token;
        world.Network.IsSecretLate = true;
        await world.ApplyAsync(Rotating());

        // Longer than the overlap: the last pod counts, not the clock.
        for (var turn = 0; turn < 330; turn++)
        {
            await world.TurnAsync();
            Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Available")).Status);
        }

        Assert.Equal(before, (await StoredAsync(world)).Previous);
        world.Network.IsSecretLate = false;
        for (var turn = 0; turn < 3; turn++)
            await world.TurnAsync();

        var after = await StoredAsync(world);
        Assert.Null(after.Previous);
        Assert.NotEqual(before, after.Token);
        Assert.Equal((after.Token, null), (world.Network.Token, world.Network.PreviousToken));
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Available")).Status);
        Assert.DoesNotContain(await world.ListAsync<Eventsv1Event>(), e => e.Reason == "NotAvailable");
    }

    /// <summary>That the former token leaves the Secret is up to the API server's rules of who owns a field.</summary>
    [Theory]
    [Trait("Fault", "T88")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TokenIsReplaced_OnAServer_FormerOneIsThereAndThenGone(bool isDeleted)
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world);
        var before = (await StoredAsync(world)).Token;
        if (isDeleted)
            await world.DeleteAsync<V1Secret>(Secret);
        else
            await world.ApplyAsync(Rotating());

        await world.UntilAsync(async () => await world.GetAsync<V1Secret>(Secret) is not null && (await StoredAsync(world)).Previous == before);
        world.Time.Advance(TokenRotation.Overlap);
        await world.UntilAsync(async () => (await StoredAsync(world)).Previous is null);

        Assert.NotEqual(before, (await StoredAsync(world)).Token);
        await world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await world.ConditionAsync("Ready")).Status);
    }

    private static async Task<AdminTokenState> StoredAsync(FaultWorld world) => AdminSecret.Read((await world.GetAsync<V1Secret>(Secret))!);

    private static RerankPipeline Rotating(string full = "base", Action<RerankPipelineSpec>? change = null)
    {
        var pipeline = Samples.TwoTiers(full: full, change: change);
        pipeline.Metadata.Annotations = new Dictionary<string, string> { ["rerank.dev/rotate-admin-token"] = "1" };
        return pipeline;
    }
}
