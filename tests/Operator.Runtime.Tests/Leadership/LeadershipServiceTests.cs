using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Leadership;
using Rerank.Operator.Runtime.Telemetry;
using Rerank.TestKit;

namespace Rerank.Operator.Runtime.Tests.Leadership;

public sealed class LeadershipServiceTests : IDisposable
{
    private readonly InMemoryLease _lease = new();
    private readonly Lifetime _lifetime = new();
    private readonly RuntimeMetrics _metrics = new(Metrics.NewCustomRegistry());
    private readonly int _exitCode = Environment.ExitCode;

    private double Status => _metrics.LeaderStatus.WithLabels(new RuntimeOptions().Name).Value;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Environment.ExitCode = _exitCode;

    [Fact]
    public async Task Disabled_NothingToCompeteFor_LeadsAtOnce()
    {
        using var service = New(_lease, enabled: false);

        await service.StartAsync(Cancellation);

        await service.Elected.WaitAsync(Cancellation);
        Assert.Null(_lease.Holder);
        await service.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Lease_ThatNobodyHasHeld_IsTaken()
    {
        _lease.Make();
        using var service = New(_lease);

        await service.StartAsync(Cancellation);

        await service.Elected.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancellation);
        Assert.NotEmpty(_lease.Holder!);
        await service.StopAsync(Cancellation);
    }

    [Fact]
    public async Task StopAsync_Leader_HandsTheLeaseOn()
    {
        using var one = New(_lease);
        await one.StartAsync(Cancellation);
        await one.Elected.WaitAsync(Cancellation);
        using var two = New(_lease);
        await two.StartAsync(Cancellation);
        Assert.False(two.Elected.IsCompleted);

        await one.StopAsync(Cancellation);

        Assert.NotEqual(15, _lease.DurationSeconds);
        await two.Elected.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancellation);
        Assert.False(_lifetime.Stopped);
        await two.StopAsync(Cancellation);
        Assert.Equal("", _lease.Holder);
        Assert.Equal(1, _lease.DurationSeconds);
    }

    [Fact]
    public async Task Leader_LosesTheLease_StopsTheProcessWithAnErrorAndLeavesTheLeaseAlone()
    {
        using var service = New(_lease);
        await service.StartAsync(Cancellation);
        await service.Elected.WaitAsync(Cancellation);

        _lease.Steal("another");

        await Eventually.True(() => _lifetime.Stopped, Cancellation);
        Assert.Equal(1, Environment.ExitCode);
        await service.StopAsync(Cancellation);
        Assert.Equal("another", _lease.Holder);
    }

    [Fact]
    public async Task Leader_ApiAwayForAMoment_GoesOnLeading()
    {
        using var service = New(_lease, renewDeadline: TimeSpan.FromSeconds(20));
        await service.StartAsync(Cancellation);
        await service.Elected.WaitAsync(Cancellation);
        var renewed = _lease.Renewals;

        _lease.Down = new HttpRequestException("connection refused");
        await Eventually.True(() => _lease.Refusals > 3, Cancellation);
        _lease.Down = null;

        await Eventually.True(() => _lease.Renewals > renewed + 1, Cancellation);
        Assert.False(_lifetime.Stopped);
        await service.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Leader_ApiAwayBeyondTheDeadline_StaysWithoutWritingAndLeadsAgain()
    {
        var fence = FenceOf(Election());
        using var service = New(_lease, fence: fence);
        await service.StartAsync(Cancellation);
        await service.Elected.WaitAsync(Cancellation);

        _lease.Down = new HttpRequestException("connection refused");
        await Eventually.True(() => !fence.IsHeld, Cancellation);
        await Eventually.True(() => Status == 0, Cancellation);
        Assert.Throws<LeaseExpiredException>(fence.Check);
        Assert.False(_lifetime.Stopped);

        _lease.Down = null;
        await Eventually.True(() => Status == 1 && fence.IsHeld, Cancellation);
        var renewed = _lease.Renewals;
        await Eventually.True(() => _lease.Renewals > renewed + 1, Cancellation);
        Assert.False(_lifetime.Stopped);
        await service.StopAsync(Cancellation);
        Assert.Equal("", _lease.Holder);
    }

    [Theory]
    [InlineData("another")]
    [InlineData("")]
    public async Task Leader_AnotherHadTheLeaseWhileTheApiWasAway_StopsTheProcess(string holder)
    {
        using var service = New(_lease);
        await service.StartAsync(Cancellation);
        await service.Elected.WaitAsync(Cancellation);
        _lease.Down = new HttpRequestException("connection refused");
        await Eventually.True(() => Status == 0, Cancellation);

        // Taken, and perhaps given back.
        _lease.Steal(holder);
        _lease.Down = null;

        await Eventually.True(() => _lifetime.Stopped, Cancellation);
        Assert.Equal(1, Environment.ExitCode);
        Assert.Equal(holder, _lease.Holder);
        await service.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Candidate_ApiAwayAtFirst_IsElectedLater()
    {
        _lease.Down = new HttpRequestException("connection refused");
        using var service = New(_lease);
        await service.StartAsync(Cancellation);
        await Eventually.True(() => _lease.Refusals > 2, Cancellation);
        Assert.False(service.Elected.IsCompleted);

        _lease.Down = null;

        await service.Elected.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancellation);
        await service.StopAsync(Cancellation);
    }

    [Fact]
    public async Task RequiredCache_IsNotFilled_WaitsForItAndNeitherCompetesNorEnds()
    {
        var time = new FakeTimeProvider();
        var informer = new NotSyncedYet(isRequired: true);
        using var service = New(_lease, enabled: false, informers: [informer], time: time);
        await service.StartAsync(Cancellation);

        for (var i = 0; i < 30; i++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.False(_lifetime.Stopped);
        Assert.False(service.Elected.IsCompleted);
        informer.Synced.SetResult();
        await service.Elected.WaitAsync(Cancellation);
        await service.StopAsync(Cancellation);
    }

    [Fact]
    public async Task CacheThatOnlySomeNeed_IsNotFilled_LeadsWithoutItAfterAWhile()
    {
        var time = new FakeTimeProvider();
        using var service = New(_lease, enabled: false, informers: [new NotSyncedYet(isRequired: false)], time: time);
        await service.StartAsync(Cancellation);
        Assert.False(service.Elected.IsCompleted);

        await Eventually.Passes(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                Assert.True(service.Elected.IsCompleted);
            },
            Cancellation);

        await service.StopAsync(Cancellation);
    }

    private static LeaseFence FenceOf(IOptions<RuntimeOptions> options) => new(options, TimeProvider.System);

    private static IOptions<RuntimeOptions> Election(bool enabled = true, TimeSpan? renewDeadline = null) => Options.Create(new RuntimeOptions
    {
        LeaderElection = new LeaderElectionOptions
        {
            Enabled = enabled,
            LeaseDuration = (renewDeadline ?? TimeSpan.FromSeconds(1)) + TimeSpan.FromSeconds(1),
            RenewDeadline = renewDeadline ?? TimeSpan.FromSeconds(1),
            RetryPeriod = TimeSpan.FromMilliseconds(100),
        },
    });

    private LeadershipService New(
        InMemoryLease lease, bool enabled = true, TimeSpan? renewDeadline = null, IInformer[]? informers = null, TimeProvider? time = null,
        LeaseFence? fence = null)
    {
        var options = Election(enabled, renewDeadline);
        var clock = time ?? TimeProvider.System;
        return new(
            new InformerSet(informers ?? []),
            lease,
            options,
            _metrics,
            fence ?? new LeaseFence(options, clock),
            clock,
            _lifetime,
            NullLogger<LeadershipService>.Instance);
    }

    private sealed class NotSyncedYet(bool isRequired) : IInformer
    {
        public string Name => "Thing";

        public TaskCompletionSource Synced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasSynced => Synced.Task.IsCompleted;

        public bool IsRefused => true;

        public string Trouble => "forbidden";

        public bool IsRequired => isRequired;

        public Task WaitForSyncAsync(CancellationToken cancellationToken) => Synced.Task.WaitAsync(cancellationToken);

        public Task RunAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        private volatile bool _stopped;

        public bool Stopped => _stopped;

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopped = true;
    }
}
