using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Runtime.Telemetry;

namespace Rerank.Operator.Runtime.Tests.Telemetry;

public sealed class HealthCheckTests
{
    private readonly Informer _informer = new();
    private readonly Loop _loop = new();

    [Fact]
    public async Task Synced_AllListed_IsHealthy() => Assert.Equal(HealthStatus.Healthy, (await SyncedAsync()).Status);

    [Fact]
    public async Task Synced_OneIsNot_NamesItAndWhy()
    {
        _informer.HasSynced = false;
        _informer.Trouble = "no route to host";

        var result = await SyncedAsync();

        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Contains("Thing (no route to host)", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Synced_RefusedSince_IsUnhealthy()
    {
        _informer.IsRefused = true;

        Assert.Equal(HealthStatus.Unhealthy, (await SyncedAsync()).Status);
    }

    [Theory]
    [InlineData(4, HealthStatus.Healthy)]
    [InlineData(5, HealthStatus.Unhealthy)]
    public async Task Alive_LongestReconcile_HasALimit(int runningMinutes, HealthStatus expected)
    {
        _loop.LongestRunning = TimeSpan.FromMinutes(runningMinutes);
        var check = new AliveHealthCheck([_loop], Options.Create(new RuntimeOptions()));

        var result = await check.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);

        Assert.Equal(expected, result.Status);
    }

    private Task<HealthCheckResult> SyncedAsync() =>
        new SyncedHealthCheck(new InformerSet([_informer])).CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);

    private sealed class Informer : IInformer
    {
        public string Name => "Thing";

        public bool HasSynced { get; set; } = true;

        public bool IsRefused { get; set; }

        public string? Trouble { get; set; }

        public bool IsRequired => true;

        public Task WaitForSyncAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task RunAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Loop : IControllerLoop
    {
        public string Name => "thing";

        public TimeSpan LongestRunning { get; set; }

        public Task RunAsync(CancellationToken stopping) => Task.CompletedTask;
    }
}
