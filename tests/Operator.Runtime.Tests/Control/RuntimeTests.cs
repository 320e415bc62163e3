using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Prometheus;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Client.InMemory;
using Rerank.TestKit;
using Rerank.TestKit.Contract;

namespace Rerank.Operator.Runtime.Tests.Control;

/// <summary>The runtime as a whole, with a controller of its own, on the API server in memory.</summary>
public sealed class RuntimeTests : IAsyncLifetime
{
    private const string Ns = "default";

    private readonly InMemoryResourceClient _server = new(TimeProvider.System);
    private readonly InMemoryResourceClient _user;
    private readonly IHost _host;

    public RuntimeTests()
    {
        _user = _server.As("user");
        _host = new HostBuilder()
            .ConfigureServices(services =>
            {
                services.AddSingleton(Metrics.NewCustomRegistry());
                services.AddSingleton<IResourceClient>(_server);
                services.AddOperatorRuntime(o => o.LeaderElection.Enabled = false)
                    .AddController<CopyController, Widget>(c => c
                        .Owns<V1ConfigMap>()
                        .Watches<V1ConfigMap>((map, widgets) => map.Metadata.Name is "shared" or "keep" ? widgets.List(Ns).Select(w => ObjectKey.Of(w)) : []))
                    .AddFinalizer<KeepFinalizer, Widget>(KeepFinalizer.Id)
                    .RemoveFormerFinalizer<Widget>("example.com/former");
            })
            .Build();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _host.StartAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    [Fact]
    public async Task Spec_CreatedAndChanged_TheOwnedObjectFollows()
    {
        await ApplyWidgetAsync("w", 1);
        await CopyHasAsync("w", "size", "1");

        await ApplyWidgetAsync("w", 2);

        await CopyHasAsync("w", "size", "2");
    }

    [Fact]
    public async Task OwnedObject_DeletedByAnother_IsMadeAgain()
    {
        await ApplyWidgetAsync("w", 1);
        var first = await CopyHasAsync("w", "size", "1");

        await _user.DeleteAsync<V1ConfigMap>(new ObjectKey(Ns, "w-copy"), null, Cancellation);

        await Eventually.Passes(
            async () => Assert.NotEqual(first.Metadata.Uid, (await CopyAsync("w"))!.Metadata.Uid), Cancellation);
    }

    [Fact]
    public async Task OwnedObject_WrittenByAnother_IsPutRight()
    {
        await ApplyWidgetAsync("w", 1);
        await CopyHasAsync("w", "size", "1");

        await _user.ApplyAsync(Map("w-copy", "size", "wrong"), Cancellation);

        await CopyHasAsync("w", "size", "1");
    }

    [Fact]
    public async Task WatchedObject_Changed_EveryObjectThatRefersToItFollows()
    {
        await ApplyWidgetAsync("one", 1);
        await ApplyWidgetAsync("two", 2);
        await CopyHasAsync("two", "shared", "");

        await _user.ApplyAsync(Map("shared", "text", "hello"), Cancellation);
        await CopyHasAsync("one", "shared", "hello");
        await CopyHasAsync("two", "shared", "hello");

        await _user.DeleteAsync<V1ConfigMap>(new ObjectKey(Ns, "shared"), null, Cancellation);
        await CopyHasAsync("one", "shared", "");
        await CopyHasAsync("two", "shared", "");
    }

    [Fact]
    public async Task Finalizer_KeepsTheObjectUntilItsReasonIsGone()
    {
        await _user.ApplyAsync(Map("keep", "text", ""), Cancellation);
        await ApplyWidgetAsync("w", 1);
        await CopyHasAsync("w", "size", "1");
        Assert.Equal([KeepFinalizer.Id], (await WidgetAsync("w"))!.Metadata.Finalizers);

        await _user.DeleteAsync<Widget>(new ObjectKey(Ns, "w"), null, Cancellation);
        Assert.NotNull((await WidgetAsync("w"))!.Metadata.DeletionTimestamp);
        await _user.DeleteAsync<V1ConfigMap>(new ObjectKey(Ns, "keep"), null, Cancellation);

        await Eventually.True(async () => await WidgetAsync("w") is null, Cancellation);
        await Eventually.True(async () => await CopyAsync("w") is null, Cancellation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FormerFinalizer_IsTakenOff(bool isDeleting)
    {
        var stopped = new InMemoryResourceClient(TimeProvider.System);
        var user = stopped.As("user");
        await user.ApplyAsync(new Widget { Metadata = new() { Name = "w", NamespaceProperty = Ns } }, Cancellation);
        var key = new ObjectKey(Ns, "w");
        await user.SetFinalizersAsync((await user.GetAsync<Widget>(key, Cancellation))!, ["example.com/former", "others.com/theirs"], Cancellation);
        if (isDeleting)
            await user.DeleteAsync<Widget>(key, null, Cancellation);

        using var host = new HostBuilder()
            .ConfigureServices(services => services
                .AddSingleton(Metrics.NewCustomRegistry())
                .AddSingleton<IResourceClient>(stopped)
                .AddOperatorRuntime(o => o.LeaderElection.Enabled = false)
                .AddController<CopyController, Widget>(c => c.Owns<V1ConfigMap>())
                .RemoveFormerFinalizer<Widget>("example.com/former"))
            .Build();
        await host.StartAsync(Cancellation);

        await Eventually.Passes(async () => Assert.Equal(["others.com/theirs"], (await user.GetAsync<Widget>(key, Cancellation))!.Metadata.Finalizers), Cancellation);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task History_Forgotten_IsCaughtUpByListing()
    {
        await ApplyWidgetAsync("w", 1);
        await CopyHasAsync("w", "size", "1");

        _server.ForgetHistory();
        await ApplyWidgetAsync("w", 2);
        await ApplyWidgetAsync("v", 3);

        await CopyHasAsync("w", "size", "2");
        await CopyHasAsync("v", "size", "3");
    }

    [Fact]
    public async Task Health_AfterStart_IsGood()
    {
        await ApplyWidgetAsync("w", 1);
        await CopyHasAsync("w", "size", "1");

        var report = await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Equal(["ready", "live"], report.Entries.SelectMany(e => e.Value.Tags));
    }

    private static V1ConfigMap Map(string name, string key, string value) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = Ns },
        Data = new Dictionary<string, string> { [key] = value },
    };

    private Task<Widget> ApplyWidgetAsync(string name, int size) => _user.ApplyAsync(
        new Widget { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = Ns }, Spec = new() { Size = size } }, Cancellation);

    private Task<Widget?> WidgetAsync(string name) => _user.GetAsync<Widget>(new ObjectKey(Ns, name), Cancellation);

    private Task<V1ConfigMap?> CopyAsync(string widget) => _user.GetAsync<V1ConfigMap>(new ObjectKey(Ns, $"{widget}-copy"), Cancellation);

    private Task<V1ConfigMap> CopyHasAsync(string widget, string key, string value) => Eventually.Passes(
        async () =>
        {
            var copy = await CopyAsync(widget);
            Assert.Equal(value, copy?.Data[key]);
            return copy!;
        },
        Cancellation);
}
