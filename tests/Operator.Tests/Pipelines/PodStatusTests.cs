using Rerank.Operator.Api;
using Rerank.Operator.Tests.World;
using Rerank.TestKit;

namespace Rerank.Operator.Tests.Pipelines;

/// <summary>Processes that are slow to say what they do.</summary>
public sealed class PodStatusTests
{
    private readonly TestWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OneHangs_TheLookEndsSoonAfterAllOthersHaveAnswered()
    {
        var hanging = await DeployAsync();
        _world.Network.Hangs = request => request.RequestUri!.Host == hanging.Ip;

        var reconcile = _world.ReconcileAsync();
        Assert.False(reconcile.IsCompleted);
        _world.Time.Advance(TimeSpan.FromMilliseconds(300));

        await reconcile;
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Available")).Status);
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task AllHang_TheLookEndsAfterASecond_AndAfterFifteenItIsTold()
    {
        await DeployAsync();
        _world.Network.Hangs = _ => true;

        for (var second = 1; second <= 17; second++)
        {
            var reconcile = _world.ReconcileAsync();
            await Eventually.Passes(
                () =>
                {
                    if (!reconcile.IsCompleted)
                        _world.Time.Advance(TimeSpan.FromSeconds(1));
                    Assert.True(reconcile.IsCompleted);
                },
                Stop);
            await reconcile;
            if (second < 8)
                Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Available")).Status);
        }

        Assert.Equal(ConditionStatus.False, (await _world.ConditionAsync("Available")).Status);
    }

    private async Task<FakePod> DeployAsync()
    {
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(Samples.Model("base"));
        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.SettleAsync();
        return _world.Nodes.Pods.First(p => p.Router is not null);
    }
}
