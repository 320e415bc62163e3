using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Passing;

/// <summary>Requests that are passed on to hosts which fail: who answers then, and what becomes of the host.</summary>
public sealed class PassingFaultsTests
{
    private const string Path = "/tokenize";
    private const string Body = """{"inputs": "a"}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(404)]
    [InlineData(503)]
    public async Task Pass_OneHostDoesNotKnowThePathOrIsNotReady_AnotherAnswers(int status)
    {
        await using var one = await EchoHost.StartAsync();
        await using var other = await EchoHost.StartAsync();
        one.Status = status;
        await using var router = await RunningRouter.StartAsync(Table(one.Address, other.Address));

        for (var i = 0; i < 20; i++)
        {
            var answer = await router.SendAsync(Path, Body);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Equal(Body, answer.Body);
        }

        Assert.NotEmpty(one.Requests);
        Assert.Equal(20, other.Requests.Count);
        Assert.Equal(2, (await router.StatusAsync()).Clusters.Single().AvailableDestinations);
    }

    [Fact]
    public async Task Pass_NoHostKnowsThePath_503InTheDialect()
    {
        await using var one = await EchoHost.StartAsync();
        await using var other = await EchoHost.StartAsync();
        (one.Status, other.Status) = (404, 404);
        await using var router = await RunningRouter.StartAsync(Table(one.Address, other.Address));

        var answer = await router.SendAsync(Path, Body);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal("""{"error":"no host of full answers /tokenize now","error_type":"Unhealthy"}""", answer.Body);
        Assert.Equal(2, one.Requests.Count + other.Requests.Count);
    }

    [Fact]
    public async Task Pass_NoHostIsReady_TheLastOnesAnswer()
    {
        await using var one = await EchoHost.StartAsync();
        await using var other = await EchoHost.StartAsync();
        (one.Status, other.Status) = (503, 503);
        await using var router = await RunningRouter.StartAsync(Table(one.Address, other.Address));

        var answer = await router.SendAsync(Path, Body);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal(Body, answer.Body);
        Assert.Equal((1, 1), (one.Requests.Count, other.Requests.Count));
    }

    [Fact]
    public async Task Pass_HostBreaksOffWithinASmallBody_AnotherAnswersAllOfIt()
    {
        await using var host = await EchoHost.StartAsync();
        using var broken = new TcpListener(IPAddress.Loopback, 0);
        broken.Start();
        var breaking = AnswerAsync(broken, 10_000, "");
        await using var router = await RunningRouter.StartAsync(Table($"http://{broken.LocalEndpoint}", host.Address));
        var body = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"{i}, "))[..50_000];

        for (var i = 0; i < 10; i++)
        {
            var answer = await router.SendAsync(Path, body);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Equal(body, answer.Body);
            Assert.NotNull(answer.Header(ScoreApi.RequestIdHeader));
        }

        broken.Stop();
        await breaking;
    }

    [Fact]
    public async Task Pass_HostTokenizesWellAndScoresBadly_IsEjected()
    {
        await using var host = await EchoHost.StartAsync();
        host.Answer = context =>
        {
            context.Response.StatusCode = context.Request.Path == ScoreApi.Path ? 500 : 200;
            return Task.CompletedTask;
        };
        await using var router = await RunningRouter.StartAsync(Table(host.Address));

        for (var i = 0; i < 3; i++)
        {
            Assert.NotEqual(HttpStatusCode.OK, (await router.TeiAsync("q", ["a"])).Status);
            await router.SendAsync(Path, Body);
        }

        Assert.Equal(0, (await router.StatusAsync()).Clusters.Single().AvailableDestinations);
    }

    [Fact]
    public async Task Pass_HostTakesNoConnections_IsEjected()
    {
        using var hole = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        hole.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        hole.Listen(0);
        var waiting = new List<Socket>();
        for (var i = 0; i < 4; i++)
        {
            waiting.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
            try
            {
                waiting[^1].Connect(hole.LocalEndPoint!);
            }
            catch (SocketException)
            {
                // It goes on.
            }
        }

        await using var router = await RunningRouter.StartAsync(Table($"http://{hole.LocalEndPoint}"), options => options with { ConnectTimeout = TimeSpan.FromMilliseconds(200) });

        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await router.SendAsync(Path, Body)).Status);

        Assert.Equal(0, (await router.StatusAsync()).Clusters.Single().AvailableDestinations);
        waiting.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Pass_HostHangs_IsNotAskedForAWhile()
    {
        await using var host = await EchoHost.StartAsync();
        host.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var time = new FakeTimeProvider();
        await using var router = await RunningRouter.StartAsync(null, null, services => services.Add(new(typeof(TimeProvider), time)));
        await router.PushAsync(Table(host.Address));

        for (var i = 1; i <= 3; i++)
        {
            var answering = router.SendAsync(Path, Body);
            await Eventually.Passes(() => Assert.Equal(i, host.Requests.Count), Stop);
            time.Advance(TimeSpan.FromMilliseconds(new RouterPolicy().RequestTimeoutMilliseconds + 1));
            Assert.Equal(HttpStatusCode.GatewayTimeout, (await answering).Status);
        }

        var refused = await router.SendAsync(Path, Body);
        host.Gate.SetResult();
        time.Advance(TimeSpan.FromSeconds(6));
        var answered = await router.SendAsync(Path, Body);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.Contains("full has not answered in time of late", refused.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, answered.Status);
        Assert.Equal(4, host.Requests.Count);
    }

    [Fact]
    public async Task Pass_HostRefusesBeforeItHasTheBody_IsNotEjected()
    {
        using var refusing = new TcpListener(IPAddress.Loopback, 0);
        refusing.Start();
        var answering = AnswerAsync(refusing, 64 * 1024, "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await using var router = await RunningRouter.StartAsync(Table($"http://{refusing.LocalEndpoint}"));

        for (var i = 0; i < 4; i++)
        {
            var answer = await router.SendAsync(Path, new string(' ', 2_000_000));
            Assert.True(answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, $"{answer.Status}");
        }

        Assert.Equal(1, (await router.StatusAsync()).Clusters.Single().AvailableDestinations);
        refusing.Stop();
        await answering;
    }

    [Fact]
    public async Task Pass_HostBreaksOffWithinItsAnswer_CountsAs502()
    {
        await using var host = await EchoHost.StartAsync();
        host.Answer = async context =>
        {
            await context.Response.Body.WriteAsync(new byte[100_000]);
            await context.Response.Body.FlushAsync();
            context.Abort();
        };
        await using var router = await RunningRouter.StartAsync(Table(host.Address));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => router.SendAsync(Path, Body));

        await Eventually.Passes(
            async () => Assert.Contains("""rerank_router_passed_requests_total{route="tokenize",code="502"} 1""", await router.MetricsAsync(), StringComparison.Ordinal), Stop);
    }

    [Fact]
    public async Task Pass_CallersFault_IsNotLogged()
    {
        await using var host = await EchoHost.StartAsync();
        using var lines = new LoggedLines();
        var policy = new RouterPolicy { Limits = new RequestLimits { MaxBodyBytes = 1000 } };
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", host.Address)], policy), null, services => services.AddLogging(logging => logging.AddProvider(lines)));

        for (var i = 0; i < 10; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(new byte[30_000]) };
            request.Headers.TransferEncodingChunked = true;
            using var response = await router.Main.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }

        Assert.DoesNotContain(lines.All, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Pass_HostIsDown_OneLineWithoutATrace()
    {
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var address = $"http://{nobody.LocalEndpoint}";
        nobody.Stop();
        using var lines = new LoggedLines();
        await using var router = await RunningRouter.StartAsync(Table(address), null, services => services.AddLogging(logging => logging.AddProvider(lines)));

        var answer = await router.SendAsync(Path, Body);

        var (_, message, exception) = Assert.Single(lines.All, line => line.Level >= LogLevel.Warning);
        Assert.Contains(answer.Header(ScoreApi.RequestIdHeader)!, message, StringComparison.Ordinal);
        Assert.Null(exception);
    }

    private static RoutingTable Table(params string[] addresses) => Tables.Table([Tables.Model("full")], [Tables.Cluster("full", addresses)]);

    /// <summary>Reads a little of each request, says something and resets the connection.</summary>
    private static async Task AnswerAsync(TcpListener listener, int read, string answer)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(Stop);
                await client.GetStream().ReadExactlyAsync(new byte[read], Stop);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), Stop);
                client.LingerState = new LingerOption(enable: true, seconds: 0);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
