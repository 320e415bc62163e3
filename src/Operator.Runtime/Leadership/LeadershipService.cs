using k8s.LeaderElection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Prometheus;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Telemetry;

namespace Rerank.Operator.Runtime.Leadership;

/// <summary>
/// Competes for the lease once the caches are filled. Leadership that is lost to another process ends this one; on shutdown it is handed on. While the lease can't be renewed and nobody else
/// is known to have it, as when the API server is away, the process stays, writes nothing once the lease has expired (<see cref="LeaseFence"/>), and leads again when it can renew.
/// </summary>
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
        await SyncedAsync(stoppingToken);
        if (!options.Value.LeaderElection.Enabled)
        {
            Lead();
            return;
        }

        var identity = $"{Environment.MachineName}_{Guid.NewGuid():N}";
        using var handle = locks.Open(identity);
        try
        {
            await CompeteAsync(handle.Lock, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await ReleaseAsync(handle.Lock);
            return;
        }

        _status.Set(0);
        logger.Lost(handle.Lock.Describe());
        Fail();
    }

    /// <summary>
    /// For ever, where it must be: an API server that is away is there again the sooner the fewer processes start over. A kind that only some need isn't waited for, and whoever needs it
    /// says that it can't be listed.
    /// </summary>
    private async Task SyncedAsync(CancellationToken stoppingToken)
    {
        var all = informers.WaitForSyncAsync(stoppingToken);
        while (true)
        {
            try
            {
                await all.WaitAsync(options.Value.SyncTimeout, time, stoppingToken);
                return;
            }
            catch (TimeoutException)
            {
                logger.NotSynced(options.Value.SyncTimeout, informers.Missing());
                if (informers.HasRequired)
                    return;
            }
        }
    }

    /// <summary>Returns when leadership, once won, is lost to another process.</summary>
    private async Task CompeteAsync(ILock lease, CancellationToken stoppingToken)
    {
        var settings = options.Value.LeaderElection;
        logger.Competing(lease.Describe(), lease.Identity);
        while (true)
        {
            var guarded = new GuardedLock(lease, fence, time, hasHeld: _elected.Task.IsCompleted);
            try
            {
                await LeadOnceAsync(guarded, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested && !guarded.Replaced.IsCompleted)
            {
                logger.CompeteFailed(e, lease.Describe());
                await Task.Delay(settings.RetryPeriod, time, stoppingToken);
            }
            finally
            {
                guarded.Close();
            }

            stoppingToken.ThrowIfCancellationRequested();
            if (guarded.Replaced.IsCompleted)
                return;
            if (_elected.Task.IsCompleted)
                Suspend(lease.Describe());
        }
    }

    /// <summary>Wins the lease, and renews it for as long as that can be done. Ends also when another process is found to have had it.</summary>
    private async Task LeadOnceAsync(GuardedLock guarded, CancellationToken stoppingToken)
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
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var run = elector.RunUntilLeadershipLostAsync(ending.Token);
        await Task.WhenAny(run, guarded.Replaced);
        await ending.CancelAsync();
        // Once another process leads, it doesn't matter how the elector ended.
        await run.ConfigureAwait(guarded.Replaced.IsCompleted ? ConfigureAwaitOptions.SuppressThrowing : ConfigureAwaitOptions.None);
    }

    private void Lead()
    {
        _status.Set(1);
        logger.Leading(options.Value.LeaderElection.Enabled);
        _elected.TrySetResult();
    }

    private void Suspend(string lease)
    {
        _status.Set(0);
        logger.NotRenewed(lease);
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
