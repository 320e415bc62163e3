using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Rerank.TestKit;

/// <summary>A server on loopback that answers as a test says, for what a real API server can't be made to answer on demand.</summary>
public sealed class FakeApiServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FakeApiServer(WebApplication application)
    {
        _application = application;
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Kubernetes = new Kubernetes(new KubernetesClientConfiguration { Host = address });
    }

    public IKubernetes Kubernetes { get; }

    public static async Task<FakeApiServer> StartAsync(RequestDelegate answer, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        application.Run(answer);
        await application.StartAsync(cancellationToken);
        return new(application);
    }

    public async ValueTask DisposeAsync()
    {
        Kubernetes.Dispose();
        await _application.DisposeAsync();
    }
}
