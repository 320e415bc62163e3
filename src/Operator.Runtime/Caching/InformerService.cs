using Microsoft.Extensions.Hosting;

namespace Rerank.Operator.Runtime.Caching;

/// <summary>Runs the informers, on the leader and on those that stand by.</summary>
internal sealed class InformerService(InformerSet informers) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(informers.All.Select(i => i.RunAsync(stoppingToken)));
}
