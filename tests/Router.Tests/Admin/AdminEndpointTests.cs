using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Rerank.Contracts;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Routing;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Admin;

public sealed class AdminEndpointTests
{
    private static readonly Cluster[] Clusters = [Tables.Cluster("full", "http://127.0.0.1:1")];

    private static readonly RoutingTable Table = Tables.Table([Tables.Model("full")], Clusters, generation: 5);

    [Fact]
    public async Task Put_FirstTable_IsInForceWhenAnswered()
    {
        await using var router = await RunningRouter.StartAsync(null, null);
        var before = await router.StatusAsync();

        var after = await router.PushAsync(Table);

        Assert.Equal((0, (string?)null), (before.Generation, before.Revision));
        Assert.Equal((5, "r5"), (after.Generation, after.Revision));
        Assert.Equal(new ClusterStatus("full", 1, 1), after.Clusters.Single());
        Assert.Equal(before.ProcessId, after.ProcessId);
    }

    [Fact]
    public async Task Put_SameTableAgain_IsAccepted()
    {
        await using var router = await RunningRouter.StartAsync(Table);

        Assert.Equal(5, (await router.PushAsync(Table)).Generation);
    }

    [Theory]
    [InlineData(4, "generation 4 is older than 5, which is in force")]
    [InlineData(5, "generation 5 is in force with other content")]
    public async Task Put_StaleTable_IsAConflict(long generation, string error)
    {
        await using var router = await RunningRouter.StartAsync(Table);

        using var response = await router.PutAsync(Table with { Generation = generation, Pipeline = "shop/other" });

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal(new AdminError { Error = error, Generation = 5 }, await ReadErrorAsync(response));
        Assert.Equal(5, (await router.StatusAsync()).Generation);
    }

    [Fact]
    public async Task Put_InvalidTable_NamesTheFieldAndKeepsTheOldOne()
    {
        await using var router = await RunningRouter.StartAsync(Table);

        using var response = await router.PutAsync(Table with { Generation = 6, Clusters = [Tables.Cluster("full", "ftp://x")] });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.StartsWith("clusters[0].addresses[0] must be", (await ReadErrorAsync(response))!.Error, StringComparison.Ordinal);
        Assert.Equal(5, (await router.StatusAsync()).Generation);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"generation":1,"unknown":2}""")]
    [InlineData("""{"generation":1}""")]
    public async Task Put_NoTable_IsABadRequest(string body)
    {
        await using var router = await RunningRouter.StartAsync(null, null);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await router.Admin.PutAsync(AdminProtocol.DesiredPath, content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEmpty((await ReadErrorAsync(response))!.Error);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer ")]
    [InlineData("Basic s3cret")]
    public async Task Call_WithoutTheToken_IsRefused(string? authorization)
    {
        await using var router = await RunningRouter.StartAsync(null, null);
        router.Admin.DefaultRequestHeaders.Authorization = authorization is null ? null : AuthenticationHeaderValue.Parse(authorization);

        using var status = await router.Admin.GetAsync(AdminProtocol.StatusPath, TestContext.Current.CancellationToken);
        using var desired = await router.PutAsync(Table);

        Assert.Equal(HttpStatusCode.Unauthorized, status.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, desired.StatusCode);
    }

    [Fact]
    public async Task Token_BeingReplaced_TheFormerOneIsTakenTooUntilItIsGone()
    {
        await using var router = await RunningRouter.StartAsync(null, null);
        var previous = Path.Combine(Path.GetDirectoryName(router.TokenFile)!, $"previous-{Path.GetFileName(router.TokenFile)}");
        await File.WriteAllTextAsync(previous, RunningRouter.Token, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(router.TokenFile, "next", TestContext.Current.CancellationToken);

        using var old = await router.PutAsync(Table);
        router.Admin.DefaultRequestHeaders.Authorization = new("Bearer", "next");
        using var next = await router.PutAsync(Table);
        File.Delete(previous);
        router.Admin.DefaultRequestHeaders.Authorization = new("Bearer", RunningRouter.Token);
        using var late = await router.PutAsync(Table);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Unauthorized), (old.StatusCode, next.StatusCode, late.StatusCode));
    }

    [Fact]
    public async Task Ports_ServeTheirOwnPathsOnly()
    {
        await using var router = await RunningRouter.StartAsync(Table);

        using var adminOnMain = await router.Main.GetAsync(AdminProtocol.StatusPath, TestContext.Current.CancellationToken);
        using var healthOnAdmin = await router.Admin.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        using var spoofed = new HttpRequestMessage(HttpMethod.Get, AdminProtocol.StatusPath) { Headers = { Host = router.Admin.BaseAddress!.Authority } };
        using var spoofedOnMain = await router.Main.SendAsync(spoofed, TestContext.Current.CancellationToken);
        using var wrongMethod = await router.Admin.PostAsync(AdminProtocol.StatusPath, null, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, adminOnMain.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, healthOnAdmin.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, spoofedOnMain.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrongMethod.StatusCode);
    }

    private static Task<AdminError?> ReadErrorAsync(HttpResponseMessage response) => response.Content.ReadFromJsonAsync(WireJson.Default.AdminError);
}
