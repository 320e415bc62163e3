using System.Net;
using System.Text;
using Rerank.RerankerHost.Tests.Serving;

namespace Rerank.RerankerHost.Tests.Admin;

public sealed class AdminTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FakeModels _models = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("admin-toke")]
    [InlineData("admin-token2")]
    public async Task Push_WithoutTheToken_IsRefused(string? token)
    {
        await using var host = await RunningHost.StartAsync(_folder, _models);

        using var response = await host.PushAsync(RunningHost.Set(1), token);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(0, (await host.StatusAsync()).Generation);
    }

    [Fact]
    public async Task Token_Rotated_IsInForceAtOnce()
    {
        await using var host = await RunningHost.StartAsync(_folder, _models);
        _folder.Write("token", "next"u8);

        using var old = await host.PushAsync(RunningHost.Set(1));
        using var next = await host.PushAsync(RunningHost.Set(1), "next");

        Assert.Equal(HttpStatusCode.Unauthorized, old.StatusCode);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task Token_BeingReplaced_TheFormerOneIsTakenTooUntilItIsGone()
    {
        await using var host = await RunningHost.StartAsync(_folder, _models);
        var previous = _folder.Write("previous-token", "admin-token\n"u8);
        _folder.Write("token", "next"u8);

        using var old = await host.PushAsync(RunningHost.Set(1));
        using var next = await host.PushAsync(RunningHost.Set(1), "next");
        using var other = await host.PushAsync(RunningHost.Set(1), "other");
        await File.WriteAllTextAsync(previous, "", RunningHost.Cancelled);
        using var nothing = await host.PushAsync(RunningHost.Set(1), " ");
        File.Delete(previous);
        using var late = await host.PushAsync(RunningHost.Set(1));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Unauthorized), (old.StatusCode, next.StatusCode, other.StatusCode));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (nothing.StatusCode, late.StatusCode));
    }

    [Fact]
    public async Task Push_OfSomethingElse_IsRefusedInWords()
    {
        await using var host = await RunningHost.StartAsync(_folder, _models);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/admin/desired") { Content = new StringContent("{\"generation\":", Encoding.UTF8) };
        request.Headers.Authorization = new("Bearer", RunningHost.Token);

        using var response = await host.Admin.SendAsync(request, RunningHost.Cancelled);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("\"error\":", await response.Content.ReadAsStringAsync(RunningHost.Cancelled));
    }

    [Fact]
    public async Task Listeners_ServeTheirOwnPathsOnly()
    {
        await using var host = await RunningHost.StartAsync(_folder, _models, change: o => o with { ProbeUrls = ["http://127.0.0.1:0"] });
        var (main, admin, probe) = (host.Clients[0], host.Clients[1], host.Clients[2]);

        foreach (var path in new[] { "/admin/status", "/admin/desired", "/ADMIN/status" })
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(main, path));
        foreach (var path in new[] { "/health/live", "/health/ready", "/metrics", "/info", "/rerank", "/v2/rerank", "/internal/v1/score" })
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(admin, path));
        foreach (var path in new[] { "/admin/status", "/info", "/rerank", "/v2/rerank", "/internal/v1/score" })
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(probe, path));
        foreach (var path in new[] { "/health/live", "/metrics" })
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(main, path));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(probe, path));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(admin, "/admin/status"));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, RunningHost.Cancelled);
        return response.StatusCode;
    }
}
