using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Rerank.Faults.Tests.Faults;
using Rerank.Operator.Run;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.World;

/// <summary>One process of the operator as it is: informers, queue, workers. Its clock is the world's.</summary>
internal sealed class RunningOperator : IAsyncDisposable
{
    private readonly IHost _host;

    private RunningOperator(IHost host, FaultGate gate) => (_host, Gate) = (host, gate);

    public FaultGate Gate { get; }

    /// <summary>The kinds whose lists fail, and why; null when all is well.</summary>
    public string? Missing => _host.Services.GetRequiredService<InformerSet>().Missing();

    public static async Task<RunningOperator> StartAsync(
        FaultGate gate, IResourceClient client, HttpMessageHandler network, FakeTimeProvider time, string ns, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services
            .AddSingleton<TimeProvider>(time)
            .AddSingleton(Metrics.NewCustomRegistry())
            .AddSingleton(client)
            .AddSingleton(Options.Create(Samples.Options));
        builder.Services.AddOperatorRuntime(runtime => (runtime.Namespace, runtime.LeaderElection.Enabled) = (ns, false)).AddRerankControllers();
        builder.Services.AddSingleton<IHttpClientFactory>(new AdminFaults(gate, new Post(), network));
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new(host, gate);
    }

    public async ValueTask DisposeAsync()
    {
        Gate.Kill();
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
