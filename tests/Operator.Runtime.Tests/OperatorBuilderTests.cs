using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Prometheus;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Runtime.Tests.Caching;

namespace Rerank.Operator.Runtime.Tests;

public sealed class OperatorBuilderTests
{
    private readonly ServiceCollection _services = new();
    private readonly OperatorBuilder _builder;

    public OperatorBuilderTests()
    {
        _services.AddLogging();
        _services.AddSingleton(Metrics.NewCustomRegistry());
        _services.AddSingleton<IResourceClient>(new ScriptedApi());
        _builder = _services.AddOperatorRuntime(o => o.LeaderElection.Enabled = false);
    }

    [Fact]
    public void AddController_KindThatAnotherOwns_SharesOneInformer()
    {
        _builder.AddController<Nothing, V1ConfigMap>(c => c.Owns<V1Secret>().Owns<V1Secret>().Watches<V1Service>((_, _) => []))
            .AddInformer<V1Secret>();

        using var services = _services.BuildServiceProvider();

        Assert.Equal(3, services.GetServices<IInformer>().Count());
        Assert.Same(services.GetRequiredService<Informer<V1Secret>>(), services.GetRequiredService<IResourceCache<V1Secret>>());
        Assert.Same(services.GetRequiredService<IControllerLoop>(), services.GetRequiredService<IReconcileTrigger<V1ConfigMap>>());
    }

    [Fact]
    public void AddController_Twice_IsRefused()
    {
        _builder.AddController<Nothing, V1ConfigMap>();

        Assert.Throws<InvalidOperationException>(() => _builder.AddController<Nothing, V1ConfigMap>());
    }

    [Fact]
    public void AddInformer_TwoSelectors_IsRefused()
    {
        _builder.AddInformer<V1Secret>("app=a");
        _builder.AddInformer<V1Secret>();
        _builder.AddInformer<V1Secret>("app=a");

        Assert.Throws<InvalidOperationException>(() => _builder.AddInformer<V1Secret>("app=b"));
    }

    [Theory]
    [InlineData("no-domain")]
    [InlineData("/name")]
    [InlineData("example.com/")]
    [InlineData("example.com/a/b")]
    public void AddFinalizer_BadIdentifier_IsRefused(string identifier)
    {
        _builder.AddController<Nothing, V1ConfigMap>();

        Assert.Throws<ArgumentException>(() => _builder.AddFinalizer<NoCleanup, V1ConfigMap>(identifier));
    }

    [Fact]
    public void AddFinalizer_WithoutController_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => _builder.AddFinalizer<NoCleanup, V1ConfigMap>("example.com/cleanup"));

    [Fact]
    public void AddOperatorRuntime_Twice_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => _services.AddOperatorRuntime(_ => { }));

    [Fact]
    public void Options_Defaults_AreValid()
    {
        using var services = _services.BuildServiceProvider();

        Assert.Equal(16, services.GetRequiredService<IOptions<RuntimeOptions>>().Value.MaxConcurrentReconciles);
    }

    [Fact]
    public void Options_WhatCanNotWork_IsNamed()
    {
        var options = new RuntimeOptions
        {
            Name = "Not A Label",
            MaxConcurrentReconciles = 0,
            Backoff = new BackoffOptions { Initial = TimeSpan.FromSeconds(10), Max = TimeSpan.FromSeconds(1) },
            LeaderElection = new LeaderElectionOptions { LeaseDuration = TimeSpan.FromSeconds(5), RenewDeadline = TimeSpan.FromSeconds(10) },
        };

        var result = new RuntimeOptionsValidator().Validate(null, options);

        Assert.True(result.Failed);
        foreach (var name in new[] { "Name", "MaxConcurrentReconciles", "Backoff.Max", "LeaderElection.LeaseDuration" })
            Assert.Contains(result.Failures, f => f.Contains(name, StringComparison.Ordinal));
    }

    private sealed class Nothing : IEntityController<V1ConfigMap>
    {
        public Task<ReconciliationResult<V1ConfigMap>> ReconcileAsync(V1ConfigMap entity, CancellationToken cancellationToken) =>
            Task.FromResult(ReconciliationResult<V1ConfigMap>.Success(entity));

        public Task<ReconciliationResult<V1ConfigMap>> DeletedAsync(V1ConfigMap entity, CancellationToken cancellationToken) =>
            Task.FromResult(ReconciliationResult<V1ConfigMap>.Success(entity));
    }

    private sealed class NoCleanup : IEntityFinalizer<V1ConfigMap>
    {
        public Task<ReconciliationResult<V1ConfigMap>> FinalizeAsync(V1ConfigMap entity, CancellationToken cancellationToken) =>
            Task.FromResult(ReconciliationResult<V1ConfigMap>.Success(entity));
    }
}
