using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rerank.Operator.Runtime.Leadership;

namespace Rerank.Operator.Runtime.Control;

/// <summary>Runs the workers of all controllers, once this process leads.</summary>
internal sealed class ControllerService(
    IEnumerable<IControllerLoop> controllers, LeadershipService leadership, ILogger<ControllerService> logger)
    : BackgroundService
{
    // Resolved with the service, so that controllers follow their informers before those start.
    private readonly IControllerLoop[] _controllers = [.. controllers];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await leadership.Elected.WaitAsync(stoppingToken);
        logger.Running(string.Join(", ", _controllers.Select(c => c.Name)));
        await Task.WhenAll(_controllers.Select(c => c.RunAsync(stoppingToken)));
    }
}
