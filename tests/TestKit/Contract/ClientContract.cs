using System.Net;
using k8s.Autorest;
using k8s.Models;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;
using Xunit;

namespace Rerank.TestKit.Contract;

/// <summary>What every part of the suite shares: a server, our client, and the client of another manager of fields.</summary>
public abstract class ClientContract(IContractServer server) : IAsyncLifetime
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2));

    protected IContractServer Server { get; } = server;

    protected IResourceClient Client { get; private set; } = null!;

    protected IResourceClient Other { get; private set; } = null!;

    protected CancellationToken Cancel { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Cancel = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token, TestContext.Current.CancellationToken).Token;
        await Server.StartAsync(Cancel);
        Client = Server.Client();
        Other = Server.Client("other-manager");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Server.DisposeAsync();
        _limit.Dispose();
    }

    protected ObjectKey Key(string name) => new(Server.Namespace, name);

    protected V1ObjectMeta Meta(string name) => new() { Name = name, NamespaceProperty = Server.Namespace };

    protected V1ConfigMap ConfigMap(string name, params (string Key, string Value)[] data) =>
        new() { Metadata = Meta(name), Data = data.ToDictionary(entry => entry.Key, entry => entry.Value) };

    protected V1ConfigMap Labelled(string name, params (string Key, string Value)[] labels)
    {
        var map = ConfigMap(name, ("a", "1"));
        map.Metadata.Labels = labels.ToDictionary(label => label.Key, label => label.Value);
        return map;
    }

    protected Widget Widget(string name, long? size = null, string? color = null) =>
        new() { Metadata = Meta(name), Spec = new() { Size = size, Color = color } };

    protected async Task<V1ConfigMap> GetConfigMap(string name) => (await Client.GetAsync<V1ConfigMap>(Key(name), Cancel))!;

    protected async Task<Widget> GetWidget(string name) => (await Client.GetAsync<Widget>(Key(name), Cancel))!;

    protected static async Task AssertRefused(HttpStatusCode code, Func<Task> request)
    {
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(request);
        Assert.Equal(code, refusal.Response.StatusCode);
    }
}
