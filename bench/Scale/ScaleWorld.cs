using k8s;
using Rerank.Operator.Runtime.Client;
using Rerank.Scale.Fleet;
using Rerank.Scale.Nodes;
using Rerank.Scale.Operator;
using Rerank.TestKit;

namespace Rerank.Scale;

/// <summary>A real API server, nodes that are not real, the operator in a process of its own, and many pipelines.</summary>
internal sealed class ScaleWorld : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // In a second, so that what is said of a candidate changes all the time.
    private const int RequestsOfARouter = 100;

    private readonly Kubernetes _kubernetes;
    private int _second;
    private readonly AdminServer _admin;

    private ScaleWorld(Kubernetes kubernetes, AdminServer admin, OperatorProcess process, NodeAgent nodes, PipelineFleet fleet)
    {
        _kubernetes = kubernetes;
        _admin = admin;
        Operator = process;
        Nodes = nodes;
        Fleet = fleet;
    }

    public OperatorProcess Operator { get; }

    public NodeAgent Nodes { get; }

    public PipelineFleet Fleet { get; }

    /// <param name="server">With the operator's kinds.</param>
    public static async Task<ScaleWorld> StartAsync(ControlPlaneFixture server, FleetSize size, CancellationToken cancellationToken)
    {
        var ns = await server.CreateNamespaceAsync("scale", cancellationToken);
        var kubernetes = new Kubernetes(server.Configuration);
        var admin = new AdminServer();
        await admin.StartAsync(cancellationToken);
        var nodes = new NodeAgent(new ResourceClient(kubernetes, TimeProvider.System, "kubelet"), ns, admin);
        var fleet = new PipelineFleet(new ResourceClient(kubernetes, TimeProvider.System, "kubectl"), ns, size);
        var settings = new OperatorSettings(new(server.Configuration.Host), server.Configuration.AccessToken, ns, admin.Address);
        return new(kubernetes, admin, await OperatorProcess.StartAsync(settings, cancellationToken), nodes, fleet);
    }

    /// <summary>Creates the pipelines and waits until all of them serve.</summary>
    public async Task DeployAsync(CancellationToken cancellationToken)
    {
        await Fleet.CreateAsync(cancellationToken);
        await Eventually.Passes(
            async () =>
            {
                await Nodes.StepAsync(cancellationToken);
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
                var left = await Fleet.NotReadyAsync(cancellationToken);
                if (left > 0)
                    throw new InvalidOperationException($"{left} of {Fleet.Pipelines} pipelines don't serve");
            },
            cancellationToken,
            Deadline);
        await Fleet.AgeAsync(new ResourceClient(_kubernetes, TimeProvider.System), cancellationToken);
    }

    /// <summary>Changes some of the pipelines and waits until they serve what they ask for; meanwhile applications send requests.</summary>
    public async Task ChangeAsync(CancellationToken cancellationToken)
    {
        await Fleet.ChangeAsync(cancellationToken);
        await Eventually.Passes(
            async () =>
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
                Nodes.Pass(RequestsOfARouter);
                var left = await Fleet.UnfinishedAsync(cancellationToken);
                if (left > 0)
                    throw new InvalidOperationException($"{left} of {Fleet.Changing} pipelines are still changing");
            },
            cancellationToken,
            Deadline);
    }

    /// <summary>Waits until nothing has been written while every pipeline was reconciled, on average, once more.</summary>
    /// <returns>What was done until then.</returns>
    public async Task<Measured> SettleAsync(CancellationToken cancellationToken)
    {
        var seen = new List<Measured>();
        var start = TimeProvider.System.GetTimestamp();
        for (var quiet = 0; quiet < Fleet.Pipelines;)
        {
            if (TimeProvider.System.GetElapsedTime(start) > Deadline)
                throw new TimeoutException($"no rest within {Deadline}; of late {string.Join(", ", seen[^1].Requests)}");
            var measured = await LookAsync(cancellationToken);
            seen.Add(measured);
            quiet = measured.Writes > 0 ? 0 : quiet + measured.ReconcileMilliseconds.Length;
        }

        return Measured.Sum(seen);
    }

    /// <summary>Watches until every pipeline has been reconciled this often, on average.</summary>
    /// <returns>What was done meanwhile.</returns>
    public async Task<Measured> WatchAsync(int rounds, CancellationToken cancellationToken)
    {
        var seen = new List<Measured>();
        while (seen.Sum(m => m.ReconcileMilliseconds.Length) < rounds * Fleet.Pipelines)
            seen.Add(await LookAsync(cancellationToken));
        return Measured.Sum(seen);
    }

    public async ValueTask DisposeAsync()
    {
        await Operator.DisposeAsync();
        await _admin.DisposeAsync();
        _kubernetes.Dispose();
    }

    private async Task<Measured> LookAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        await Fleet.MeasureAsync(_second++, cancellationToken);
        return await Operator.TakeAsync(cancellationToken);
    }
}
