using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Run;

public sealed class OtherOperatorsTests
{
    private readonly TestWorld _world = new();

    [Fact]
    public async Task Namespace_WithAnOperatorOfItsOwn_IsLeftAloneUntilThatIsGone()
    {
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(Samples.Model("base"));
        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.ApplyAsync(Samples.HeldLease(_world.Time.GetUtcNow()));

        await _world.ReconcileAsync();
        await _world.ReconcileAsync();

        Assert.Empty(await _world.ListAsync<V1Deployment>());
        Assert.Null((await _world.PipelineAsync()).Status);
        var told = Assert.Single(await _world.ListAsync<Eventsv1Event>());
        Assert.Equal(Reasons.HandledElsewhere, told.Reason);
        Assert.Contains("their-operator", told.Note);

        // As when it was uninstalled without a chance to say so.
        _world.Time.Advance(TimeSpan.FromMinutes(2));
        await _world.SettleAsync();
        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task Namespace_WhoseOperatorGaveItsLeaseBack_IsHandled()
    {
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(Samples.Model("base"));
        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.ApplyAsync(Samples.HeldLease(_world.Time.GetUtcNow(), holder: ""));

        await _world.SettleAsync();

        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task Namespace_TakenOverWhileItServes_KeepsWhatServes()
    {
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(Samples.Model("base"));
        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.SettleAsync();
        var before = (await _world.PipelineAsync()).Metadata.ResourceVersion;

        await _world.ApplyAsync(Samples.HeldLease(_world.Time.GetUtcNow()));
        await _world.ApplyAsync(Samples.Model("better"));
        await _world.ApplyAsync(Samples.TwoTiers(full: "better"));
        await _world.ReconcileAsync();

        Assert.NotEqual(before, (await _world.PipelineAsync()).Metadata.ResourceVersion);
        Assert.Equal("base", (await _world.ServedModelsAsync())["full"]);
        Assert.Single(await _world.RevisionsAsync());
    }
}
