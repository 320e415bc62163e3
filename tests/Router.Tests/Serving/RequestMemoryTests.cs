using System.Net;
using System.Net.Sockets;
using System.Text;
using Rerank.Contracts.Routing;
using Rerank.Http;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Serving;

public sealed class RequestMemoryTests
{
    private const int MiB = 1024 * 1024;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Hold_MoreThanThereIs_IsRefusedAndGivenBack()
    {
        var memory = new RequestMemory(64 * MiB);
        var first = memory.Begin();
        Assert.True(first.TryHold(4 * MiB));
        using var second = memory.Begin();
        Assert.True(second.TryHold(2 * MiB));
        Assert.Equal(6 * RequestMemory.BytesPerByte * MiB, memory.Used);

        Assert.False(second.TryHold(8 * MiB));

        first.Dispose();
        first.Dispose();
        Assert.True(second.TryHold(8 * MiB));
        Assert.Equal(8 * RequestMemory.BytesPerByte * MiB, memory.Used);
    }

    [Fact]
    public void Hold_LargeBodiesFillTheirShare_SmallOnesFit()
    {
        var memory = new RequestMemory(64 * MiB);
        using var large = memory.Begin();
        Assert.True(large.TryHold(8 * MiB));
        using var another = memory.Begin();
        Assert.False(another.TryHold(2 * MiB));

        using var small = memory.Begin();
        Assert.True(small.TryHold(MiB));
    }

    [Fact]
    public void Hold_SmallBodiesFillTheirShare_TinyOnesFit()
    {
        var memory = new RequestMemory(64 * MiB);
        var small = Enumerable.Range(0, 20).Select(_ => memory.Begin()).Where(request => request.TryHold(MiB)).ToList();
        Assert.Equal(9, small.Count);

        using var tiny = memory.Begin();
        Assert.True(tiny.TryHold(64 * 1024));
        using var another = memory.Begin();
        Assert.True(another.TryHold(64 * 1024, announced: 64 * 1024));
        Assert.True(another.TryHoldMore(MiB));
        small.ForEach(request => request.Dispose());
    }

    [Fact]
    public void HoldMore_AfterTheRequestIsOver_IsRefused()
    {
        var memory = new RequestMemory(64 * MiB);
        using var other = memory.Begin();
        Assert.True(other.TryHoldMore(MiB));
        var request = memory.Begin();
        Assert.True(request.TryHold(MiB));
        Assert.True(request.TryHoldMore(MiB));
        Assert.False(request.TryHoldMore(64 * MiB));
        Assert.Equal((RequestMemory.BytesPerByte + 2) * MiB, memory.Used);

        request.Dispose();

        Assert.False(request.TryHoldMore(1));
        Assert.Equal(MiB, memory.Used);
    }

    [Fact]
    public void Hold_TooLargeForAllAndNothingElseIsHeld_IsTaken()
    {
        var memory = new RequestMemory(16 * MiB);
        using (var alone = memory.Begin())
        {
            Assert.True(alone.TryHold(MiB, announced: 8 * MiB));
            Assert.True(alone.TryHold(8 * MiB, announced: 8 * MiB));
        }

        using var small = memory.Begin();
        Assert.True(small.TryHold(1000));
        using var large = memory.Begin();
        Assert.False(large.TryHold(8 * MiB));
    }

    [Fact]
    public void Share_IsFull_TheRestIsForOthers()
    {
        var memory = new RequestMemory(64 * MiB);
        var share = memory.Share(4);
        var first = share.Begin();
        Assert.True(first.TryHold(2 * MiB));

        using var second = share.Begin();
        Assert.False(second.TryHold(2 * MiB));
        using var other = memory.Begin();
        Assert.True(other.TryHold(2 * MiB));
        first.Dispose();
        Assert.True(second.TryHold(2 * MiB));
        Assert.Equal(12 * MiB, share.Used);
        Assert.Equal(24 * MiB, memory.Used);
    }

    [Fact]
    public void Hold_LargeOneHasJustBegun_HasNoPartInWhatIsForSmallOnes()
    {
        var memory = new RequestMemory(64 * MiB);
        using var first = memory.Begin();
        Assert.True(first.TryHold(8 * MiB, announced: 8 * MiB));
        using var slow = memory.Begin();

        Assert.False(slow.TryHold(900_000, announced: 8 * MiB));
        Assert.True(slow.TryHold(900_000));
    }

    [Fact]
    public async Task Rerank_ManyHalfSentBodies_SmallRequestsAreAnsweredAndTheRestIsRefused()
    {
        await using var full = await StubHost.StartAsync("full");
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)], new RouterPolicy { RequestTimeoutMilliseconds = 20_000 }),
            options => options with { RequestMemoryBytes = 64 * MiB });
        var memory = router.App.Services.GetService(typeof(RequestMemory)) as RequestMemory;
        var half = new byte[3 * MiB];
        half.AsSpan().Fill((byte)' ');

        var clients = new List<Socket>();
        for (var i = 0; i < 12; i++)
            clients.Add(await SendHalfAsync(router, half));

        try
        {
            (await router.CohereAsync("q", ["a full=1", "b full=2"])).HasOrder(1, 0);
            await Eventually.Passes(
                async () => Assert.Matches("rerank_router_requests_total\\{dialect=\"cohere-v2\",code=\"429\"\\} [0-9]", await router.MetricsAsync()), Stop);
            Assert.InRange(memory!.Used, 1, 64 * MiB);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }

        await Eventually.True(() => memory!.Used == 0, Stop);
    }

    [Fact]
    public async Task Rerank_BodyComesTooSlowly_IsGivenUpInTheDialect()
    {
        await using var full = await StubHost.StartAsync("full");
        await using var router = await RunningRouter.StartAsync(
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)], new RouterPolicy { RequestTimeoutMilliseconds = 300 }));
        using var client = await SendHalfAsync(router, "{\"query\":"u8.ToArray());

        var buffer = new byte[4096];
        var received = new StringBuilder();
        int read;
        while ((read = await client.ReceiveAsync(buffer, Stop)) > 0)
            received.Append(Encoding.UTF8.GetString(buffer, 0, read));

        Assert.StartsWith("HTTP/1.1 504", received.ToString(), StringComparison.Ordinal);
        Assert.Contains("the body did not come within 300 ms", received.ToString(), StringComparison.Ordinal);
        Assert.Contains("Connection: close", received.ToString(), StringComparison.Ordinal);
    }

    private static async Task<Socket> SendHalfAsync(RunningRouter router, byte[] half)
    {
        var address = router.Main.BaseAddress!;
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, address.Port, Stop);
        await client.SendAsync(Encoding.ASCII.GetBytes($"POST /v2/rerank HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Length: {half.Length + MiB}\r\n\r\n"), Stop);

        // A server that has refused it may not take all of it.
        for (var sent = 0; sent < half.Length && client.Poll(TimeSpan.FromMilliseconds(500), SelectMode.SelectWrite);)
        {
            try
            {
                sent += await client.SendAsync(half.AsMemory(sent, Math.Min(64 * 1024, half.Length - sent)), Stop);
            }
            catch (SocketException)
            {
                break;
            }
        }

        return client;
    }
}
