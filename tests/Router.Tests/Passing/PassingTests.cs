using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.Http;
using Rerank.Router.Health;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Passing;

/// <summary>Requests that hosts answer, through a router that doesn't read them.</summary>
public sealed class PassingTests
{
    private const string Path = "/tokenize";

    [Fact]
    public async Task Pass_Tokenize_HostOfTheDecidingTierAnswers()
    {
        await using var small = await EchoHost.StartAsync();
        await using var full = await EchoHost.StartAsync();
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("small", Tables.Always), Tables.Model("full")], [Tables.Cluster("small", small.Address), Tables.Cluster("full", full.Address)]));
        var id = Guid.NewGuid().ToString();

        var answer = await router.SendAsync(
            Path,
            """{"inputs": "a", "model": "anything"}""",
            (ScoreApi.RequestIdHeader, id), (ScoreApi.DigestHeader, "sha256:other"), ("Authorization", "Bearer secret"), ("Cookie", "a=b"), ("X-Custom", "c"));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("""{"inputs": "a", "model": "anything"}""", answer.Body);
        Assert.Equal(id, answer.Header(ScoreApi.RequestIdHeader));
        Assert.Equal("r1", answer.Header("X-Rerank-Revision"));
        Assert.Equal("full-model", answer.Header("X-Rerank-Model"));
        Assert.Null(answer.Header("Connection"));
        Assert.Empty(small.Requests);
        var (path, headers, _) = Assert.Single(full.Requests);
        Assert.Equal(Path, path);
        Assert.Equal(StubHost.DigestOf("full"), headers[ScoreApi.DigestHeader]);
        Assert.Equal(id, headers[ScoreApi.RequestIdHeader]);
        Assert.InRange(int.Parse(headers[ScoreApi.TimeoutHeader]), 1, new RouterPolicy().RequestTimeoutMilliseconds);
        Assert.Equal("8388608", headers[ScoreApi.MaxBodyBytesHeader]);
        Assert.Equal("1000", headers[ScoreApi.MaxDocumentsHeader]);
        Assert.Equal("application/json; charset=utf-8", headers["Content-Type"]);
        Assert.DoesNotContain(headers.Keys, name => name is "Authorization" or "Cookie" or "X-Custom");
    }

    [Fact]
    public async Task Pass_HostsSocket_Answers()
    {
        var directory = Directory.CreateTempSubdirectory("ps");
        await using var host = await EchoHost.StartAsync(System.IO.Path.Combine(directory.FullName, "full-0.sock"));
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", "unix:full-0.sock")]), options => options with { SocketDirectory = directory.FullName });

        var answer = await router.SendAsync(Path, "{}");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Single(host.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pass_MoreBytesThanAllowed_413(bool announced)
    {
        await using var host = await EchoHost.StartAsync();
        await using var router = await RunningRouter.StartAsync(Table(host.Address, new RouterPolicy { Limits = new RequestLimits { MaxBodyBytes = 100_000 } }));
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(new byte[300_000]) };
        request.Headers.TransferEncodingChunked = !announced;

        using var response = await router.Main.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.True(response.Headers.Contains(ScoreApi.RequestIdHeader));
        Assert.Contains("error_type", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(host.Requests);
    }

    [Fact]
    public async Task Pass_CompressedBody_AsItIs()
    {
        await using var host = await EchoHost.StartAsync();
        await using var router = await RunningRouter.StartAsync(Table(host.Address));
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(new string(' ', 10_000)), TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(packed.ToArray()) };
        request.Content.Headers.ContentEncoding.Add("gzip");

        using var response = await router.Main.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var (_, headers, body) = Assert.Single(host.Requests);
        Assert.Equal("gzip", headers["Content-Encoding"]);
        Assert.Equal(packed.ToArray(), body);
    }

    [Fact]
    public async Task Pass_OneHostIsDown_AnotherAnswers()
    {
        await using var host = await EchoHost.StartAsync();
        await using var router = await RunningRouter.StartAsync(Table([Nobody(), host.Address]));

        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.OK, (await router.SendAsync(Path, "{}")).Status);

        Assert.Equal(10, host.Requests.Count);
    }

    [Fact]
    public async Task Pass_NoHostIsUp_503InTheDialect()
    {
        await using var router = await RunningRouter.StartAsync(Table(Nobody()));

        var answer = await router.SendAsync(Path, "{}");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal("""{"error":"no host of full can be reached","error_type":"Unhealthy"}""", answer.Body);
        Assert.Equal("1", answer.Header("Retry-After"));
    }

    [Fact]
    public async Task Pass_HostBreaksOffAfterTheBodyHasBegun_NotSentAnew()
    {
        await using var host = await EchoHost.StartAsync();
        using var broken = new TcpListener(IPAddress.Loopback, 0);
        broken.Start();
        var breaking = BreakOffAsync(broken);
        await using var router = await RunningRouter.StartAsync(Table([$"http://{broken.LocalEndpoint}", host.Address]));
        var body = new string(' ', 2_000_000);
        var statuses = new List<HttpStatusCode>();

        while (statuses.Count(status => status == HttpStatusCode.ServiceUnavailable) < 2)
            statuses.Add((await router.SendAsync(Path, body)).Status);

        Assert.Equal(statuses.Count - 2, host.Requests.Count);
        broken.Stop();
        await breaking;
    }

    [Fact]
    public async Task Pass_NoMemoryLeft_429()
    {
        await using var host = await EchoHost.StartAsync();
        await using var router = await RunningRouter.StartAsync(Table(host.Address), options => options with { RequestMemoryBytes = RequestMemory.LeastBytes });
        using var all = router.App.Services.GetRequiredService<RequestMemory>().Begin();
        Assert.True(all.TryHold(RequestMemory.LeastBytes / RequestMemory.BytesPerByte));

        var refused = await router.SendAsync(Path, "{}");
        all.Dispose();
        var taken = await router.SendAsync(Path, "{}");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal(HttpStatusCode.OK, taken.Status);
    }

    [Fact]
    public async Task Pass_SmallBody_IsCountedWithWhatItsConnectionsTake()
    {
        await using var host = await EchoHost.StartAsync();
        host.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var router = await RunningRouter.StartAsync(Table(host.Address));

        var answering = router.SendAsync(Path, "{}");
        await Eventually.Passes(() => Assert.Single(host.Requests), TestContext.Current.CancellationToken);
        var used = router.App.Services.GetRequiredService<RequestMemory>().Used;
        host.Gate.SetResult();
        await answering;

        Assert.Equal(32 * 1024 * RequestMemory.BytesPerByte, used);
        Assert.Equal(128 * 1024, router.App.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MaxRequestBufferSize);
    }

    [Fact]
    public async Task Pass_RouterStops_AnswerEndsItsConnection()
    {
        await using var host = await EchoHost.StartAsync();
        host.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var router = await RunningRouter.StartAsync(Table(host.Address));
        var answering = router.SendAsync(Path, "{}");
        await Eventually.Passes(() => Assert.Single(host.Requests), TestContext.Current.CancellationToken);

        var stopping = router.App.StopAsync(TestContext.Current.CancellationToken);
        await Eventually.Passes(() => Assert.True(router.App.Services.GetRequiredService<Readiness>().IsStopping), TestContext.Current.CancellationToken);
        host.Gate.SetResult();
        var answer = await answering;
        await stopping;

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("close", answer.Header("Connection"));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(504)]
    [InlineData(424)]
    public async Task Pass_HostRefuses_ItsAnswerOnce(int status)
    {
        await using var one = await EchoHost.StartAsync();
        await using var other = await EchoHost.StartAsync();
        (one.Status, other.Status) = (status, status);
        await using var router = await RunningRouter.StartAsync(Table([one.Address, other.Address]));

        var answer = await router.SendAsync(Path, """{"a": 1}""");

        Assert.Equal(status, (int)answer.Status);
        Assert.Equal("""{"a": 1}""", answer.Body);
        Assert.Equal(1, one.Requests.Count + other.Requests.Count);
    }

    [Fact]
    public async Task Pass_HostTakesTooLong_504InTheDialect()
    {
        await using var host = await EchoHost.StartAsync();
        host.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var time = new FakeTimeProvider();
        await using var router = await RunningRouter.StartAsync(null, null, services => services.Add(new(typeof(TimeProvider), time)));
        await router.PushAsync(Table(host.Address));

        var answering = router.SendAsync(Path, "{}", (ScoreApi.TimeoutHeader, "200"));
        await Eventually.Passes(() => Assert.Single(host.Requests), TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(201));
        var answer = await answering;

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.Status);
        Assert.Equal("""{"error":"full did not answer in the time allowed","error_type":"Backend"}""", answer.Body);
    }

    [Fact]
    public async Task Pass_AnotherMethodOrNoTable_TheDialectsError()
    {
        await using var router = await RunningRouter.StartAsync(table: null, options: null);

        using var got = await router.Main.GetAsync(Path, TestContext.Current.CancellationToken);
        var early = await router.SendAsync(Path, "{}");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, got.StatusCode);
        Assert.Equal(["POST"], got.Content.Headers.Allow);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, early.Status);
    }

    [Fact]
    public async Task Pass_Requests_AreCountedByRouteAndCode()
    {
        await using var host = await EchoHost.StartAsync();
        await using var router = await RunningRouter.StartAsync(Table(host.Address));

        await router.SendAsync(Path, "{}");
        host.Status = 429;
        await router.SendAsync(Path, "{}");

        var metrics = await Eventually.Passes(
            async () =>
            {
                var text = await router.MetricsAsync();
                Assert.Contains("""rerank_router_passed_requests_total{route="tokenize",code="429"} 1""", text, StringComparison.Ordinal);
                return text;
            },
            TestContext.Current.CancellationToken);
        Assert.Contains("""rerank_router_passed_requests_total{route="tokenize",code="200"} 1""", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("rerank_router_requests_total{", metrics, StringComparison.Ordinal);
    }

    private static RoutingTable Table(string address, RouterPolicy? policy = null) => Table([address], policy);

    private static RoutingTable Table(string[] addresses, RouterPolicy? policy = null) => Tables.Table([Tables.Model("full")], [Tables.Cluster("full", addresses)], policy);

    /// <summary>Reads a little of each request and closes the connection.</summary>
    private static async Task BreakOffAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await client.GetStream().ReadExactlyAsync(new byte[10_000], TestContext.Current.CancellationToken);
                client.LingerState = new LingerOption(enable: true, seconds: 0);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    /// <summary>An address at which nobody listens.</summary>
    private static string Nobody()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }
}
