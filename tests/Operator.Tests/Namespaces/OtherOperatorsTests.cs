using k8s.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rerank.Operator.Api;
using Rerank.Operator.Namespaces;
using Rerank.Operator.Run;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Namespaces;

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
    public async Task Namespace_WhoseOperatorGaveItsLeaseBack_IsHandledOnceThatHasHadTimeToRestart()
    {
        await _world.ApplyAsync(Samples.Model("tiny"));
        await _world.ApplyAsync(Samples.Model("base"));
        await _world.ApplyAsync(Samples.TwoTiers());
        await _world.ApplyAsync(Samples.HeldLease(_world.Time.GetUtcNow(), holder: ""));

        await _world.ReconcileAsync();

        Assert.Empty(await _world.ListAsync<V1Deployment>());
        Assert.Single(await _world.ListAsync<Eventsv1Event>());

        _world.Time.Advance(TimeSpan.FromMinutes(2));
        await _world.SettleAsync();

        Assert.Equal(ConditionStatus.True, (await _world.ConditionAsync("Ready")).Status);
    }

    [Fact]
    public async Task Namespace_WhoseOperatorRestarts_IsLeftAloneAndSaysNothingNewOfTheMomentBetween()
    {
        await _world.ApplyAsync(Samples.TwoTiers());
        foreach (var holder in (string[])["their-operator", "", "their-operator"])
        {
            await _world.ApplyAsync(Samples.HeldLease(_world.Time.GetUtcNow(), holder));
            await _world.ReconcileAsync();
            _world.Time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Empty(await _world.ListAsync<V1Deployment>());
        Assert.Single(await _world.ListAsync<Eventsv1Event>());
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("search", false)]
    public void Leases_AreListedOnlyByTheOperatorOfAllNamespaces(string? ns, bool areListed)
    {
        var services = new ServiceCollection();
        services.AddOperatorRuntime(runtime => runtime.Namespace = ns).AddRerankControllers(ns);

        Assert.Equal(areListed, services.Any(s => s.ServiceType == typeof(IResourceCache<V1Lease>)));
    }

    [Fact]
    public void Handler_OfTheOneNamespaceThatIsHandled_NeedsNoLeases()
    {
        using var services = new ServiceCollection()
            .AddSingleton(Options.Create(new RuntimeOptions { Namespace = "search" }))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<OtherOperators>()
            .BuildServiceProvider();

        Assert.Null(services.GetRequiredService<OtherOperators>().HandlerOf("search"));
    }

    [Fact]
    public void Lease_IsLabelledForWhoSelectsIt()
    {
        var runtime = new RuntimeOptions();
        ClusterSettings.Bind(new ConfigurationBuilder().AddInMemoryCollection([new("WatchNamespace", "search")]).Build(), runtime);

        Assert.Equal("search", runtime.Namespace);
        Assert.Equal(OtherOperators.Selector, string.Join(',', runtime.LeaderElection.Labels.Select(label => $"{label.Key}={label.Value}")));
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
