using k8s.LeaderElection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Prometheus;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Telemetry;

namespace Rerank.Operator.Runtime.Leadership;

/// <summary>Competes for the lease once the caches are filled. Leadership that is lost ends the process; on shutdown it is handed on.</summary>
internal sealed class LeadershipService(
    InformerSet informers,
    ILeaseLockFactory locks,
    IOptions<RuntimeOptions> options,
    RuntimeMetrics metrics,
    LeaseFence fence,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<LeadershipService> logger)
    : BackgroundService
{
    private const int ReleaseTries = 3;

    private readonly TaskCompletionSource _elected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Gauge.Child _status = metrics.LeaderStatus.WithLabels(options.Value.Name);

    /// <summary>Completes when this process may act.</summary>
    public Task Elected => _elected.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await SyncedAsync(stoppingToken))
        {
            Fail();
            return;
        }

        if (!options.Value.LeaderElection.Enabled)
        {
            Lead();
            return;
        }

        var identity = $"{Environment.MachineName}_{Guid.NewGuid():N}";
        using var handle = locks.Open(identity);
        var guarded = new GuardedLock(handle.Lock, fence, time);
        try
        {
            await CompeteAsync(guarded, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            guarded.Close();
            await ReleaseAsync(handle.Lock);
            return;
        }

        guarded.Close();
        _status.Set(0);
        logger.Lost(handle.Lock.Describe());
        Fail();
    }

    private async Task<bool> SyncedAsync(CancellationToken stoppingToken)
    {
        try
        {
            await informers.WaitForSyncAsync(stoppingToken).WaitAsync(options.Value.SyncTimeout, time, stoppingToken);
            return true;
        }
        catch (TimeoutException)
        {
            logger.NotSynced(options.Value.SyncTimeout, informers.Missing());
            return false;
        }
    }

    /// <summary>Returns when leadership, once won, is lost.</summary>
    private async Task CompeteAsync(GuardedLock guarded, CancellationToken stoppingToken)
    {
        var settings = options.Value.LeaderElection;
        using var elector = new LeaderElector(new LeaderElectionConfig(guarded)
        {
            LeaseDuration = settings.LeaseDuration,
            RenewDeadline = settings.RenewDeadline,
            RetryPeriod = settings.RetryPeriod,
        });
        elector.OnStartedLeading += Lead;
        elector.OnNewLeader += leader => logger.NewLeader(guarded.Describe(), leader);
        logger.Competing(guarded.Describe(), guarded.Identity);

        while (!_elected.Task.IsCompleted)
        {
            try
            {
                await elector.RunUntilLeadershipLostAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested && !_elected.Task.IsCompleted)
            {
                logger.CompeteFailed(e, guarded.Describe());
                await Task.Delay(settings.RetryPeriod, time, stoppingToken);
            }
        }

        stoppingToken.ThrowIfCancellationRequested();
    }

    private void Lead()
    {
        _status.Set(1);
        logger.Leading(options.Value.LeaderElection.Enabled);
        _elected.TrySetResult();
    }

    /// <summary>Hands the lease on at once instead of letting the others wait until it expires.</summary>
    private async Task ReleaseAsync(ILock lease)
    {
        _status.Set(0);
        if (!_elected.Task.IsCompleted)
            return;

        try
        {
            for (var i = 0; i < ReleaseTries; i++)
            {
                var record = await lease.GetAsync(CancellationToken.None);
                if (record.HolderIdentity != lease.Identity)
                    return;

                record.HolderIdentity = "";
                record.LeaseDurationSeconds = 1;
                record.RenewTime = record.AcquireTime = time.GetUtcNow().UtcDateTime;
                if (await lease.UpdateAsync(record, CancellationToken.None))
                {
                    logger.Released(lease.Describe());
                    return;
                }
            }
        }
        catch (Exception e)
        {
            logger.ReleaseFailed(e, lease.Describe());
        }
    }

    private void Fail()
    {
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }
}
