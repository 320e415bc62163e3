using System.Net;
using System.Net.Sockets;
using System.Text;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Local;
using Rerank.Operator.Runtime.Client.InMemory;
using Rerank.TestKit;

namespace Rerank.Operator.Tests.Local;

public sealed class ServiceProxyTests : IAsyncLifetime
{
    private readonly TcpListener _pod = new(IPAddress.Loopback, 0);
    private readonly InMemoryResourceClient _api = new(new FakeTimeProvider());
    private readonly LocalPorts _ports = new();
    private readonly StringWriter _said = new();
    private ServiceProxy _proxy = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _pod.Start();
        var labels = new Dictionary<string, string> { ["app"] = "router" };
        await _api.CreateAsync(
            new V1Service
            {
                Metadata = new() { Name = "search", NamespaceProperty = "shop" },
                Spec = new() { ClusterIP = "10.0.0.1", Selector = labels, Ports = [new() { Port = 80, TargetPort = "http" }] },
            },
            Stop);
        await _api.CreateAsync(
            new V1Pod
            {
                Metadata = new() { Name = "router", NamespaceProperty = "shop", Labels = labels },
                Spec = new()
                {
                    Containers = [new() { Name = "router", Ports = [new() { Name = "http", ContainerPort = ((IPEndPoint)_pod.LocalEndpoint).Port }] }],
                },
            },
            Stop);
        await _api.ApplyStatusAsync(
            new V1Pod
            {
                Metadata = new() { Name = "router", NamespaceProperty = "shop" },
                Status = new() { Phase = "Running", Conditions = [new() { Type = "Ready", Status = "True" }] },
            },
            Stop);
        var options = new LocalOptions { Directory = "", Port = Ports.Free(), StateDirectory = "", KubeconfigPath = "" };
        _proxy = new(_api, options, new LocalConsole(_said), _ports, TimeProvider.System);
        await _proxy.StartAsync(Stop);
        await Eventually.True(() => _ports.Of("shop/search") is not null, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.StopAsync(CancellationToken.None);
        _proxy.Dispose();
        _pod.Dispose();
        await _said.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Forward_PodGoesAwayWhileACallerWaits_CallersConnectionEnds(bool isKilled)
    {
        using var caller = await CallAsync();
        using var pod = await _pod.AcceptSocketAsync(Stop);
        Assert.Equal("request", await ReceiveAsync(pod));

        // A process that is killed with unread bytes resets its connections.
        pod.LingerState = new LingerOption(isKilled, 0);
        pod.Close();

        Assert.Equal("", await ReceiveAsync(caller));
    }

    [Fact]
    public async Task Forward_CallerIsDoneSending_StillGetsTheAnswer()
    {
        using var caller = await CallAsync();
        using var pod = await _pod.AcceptSocketAsync(Stop);
        caller.Shutdown(SocketShutdown.Send);
        Assert.Equal("request", await ReceiveAsync(pod));
        Assert.Equal("", await ReceiveAsync(pod));

        await pod.SendAsync(Encoding.ASCII.GetBytes("answer"), Stop);

        Assert.Equal("answer", await ReceiveAsync(caller));
    }

    private async Task<Socket> CallAsync()
    {
        var caller = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await caller.ConnectAsync(IPAddress.Loopback, _ports.Of("shop/search")!.Value, Stop);
        await caller.SendAsync(Encoding.ASCII.GetBytes("request"), Stop);
        return caller;
    }

    /// <summary>Empty: the connection has ended, in whatever way.</summary>
    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[64];
        try
        {
            return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Stop));
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
