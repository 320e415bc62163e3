using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Admin;

public sealed class LongPollTests
{
    private static readonly string[] Documents = Canary.Documents((1, 2), (3, 1), (2, 3));
    private static readonly RoutingTable Table = Tables.Table([Tables.Model("full")], [Tables.Cluster("full", "http://127.0.0.1:1")], generation: 5);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Poll_AnotherVersion_IsAnsweredAtOnce()
    {
        await using var router = await RunningRouter.StartAsync(Table);

        var status = await PollAsync(router, version: 0);

        Assert.Equal(5, status.Generation);
        Assert.NotEqual(0, status.Version);
    }

    [Fact]
    public async Task Poll_WithoutWait_IsAnsweredAtOnce()
    {
        await using var router = await RunningRouter.StartAsync(Table);
        var known = (await router.StatusAsync()).Version;

        Assert.Equal(known, (await PollAsync(router, known, wait: 0)).Version);
    }

    [Fact]
    public async Task Poll_NewTable_EndsTheWait()
    {
        await using var router = await RunningRouter.StartAsync(Table);
        var known = (await router.StatusAsync()).Version;
        var poll = PollAsync(router, known);

        var pushed = await router.PushAsync(Table with { Generation = 6 });

        var status = await poll;
        Assert.Equal((6, pushed.Version), (status.Generation, status.Version));
        Assert.True(status.Version > known);
    }

    [Fact]
    public async Task Push_OfWhatIsInForceOrRefused_IsNoNewVersion()
    {
        await using var router = await RunningRouter.StartAsync(Table);
        var known = (await router.StatusAsync()).Version;

        using var older = await router.PutAsync(Table with { Generation = 4 });

        Assert.Equal(HttpStatusCode.Conflict, older.StatusCode);
        Assert.Equal(known, (await router.PushAsync(Table)).Version);
    }

    [Fact]
    public async Task Poll_MountedTableIsConfirmed_EndsTheWait()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(Table, ContractsJson.Default.RoutingTable), Stop);
        await using var router = await RunningRouter.StartAsync(null, options => options with { RoutingTablePath = file });
        var before = await Eventually.Passes(
            async () =>
            {
                var status = await router.StatusAsync();
                Assert.Equal((5, false), (status.Generation, status.Confirmed));
                return status;
            },
            Stop);
        var poll = PollAsync(router, before.Version);

        await router.PushAsync(Table);

        Assert.True((await poll).Confirmed);
        File.Delete(file);
    }

    [Fact]
    public async Task Poll_HardLimitTrips_EndsTheWait()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with
        {
            HardLimits = [new HardLimit { Name = "errors", Type = HardLimitType.Error, Permille = 200, MinRequests = 5 }],
        });
        canary.Candidate.Failure = (503, ScoreErrorCode.ModelNotReady);
        var poll = PollAsync(canary.Router, (await canary.Router.StatusAsync()).Version);

        for (var i = 0; i < 5; i++)
            await canary.Router.CohereAsync("q", Documents);

        Assert.Equal("errors", (await poll).Candidate!.Trip?.Limit);
    }

    [Fact]
    public async Task Poll_OnlyCountersChange_WaitsItsTimeAndTellsThem()
    {
        var time = new FakeTimeProvider();
        await using var canary = await Canary.StartAsync(time: time);
        var known = (await canary.Router.StatusAsync()).Version;
        var poll = PollAsync(canary.Router, known, wait: 1000);
        await canary.Router.CohereAsync("q", Documents);
        Assert.False(poll.IsCompleted);

        await Eventually.Passes(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                Assert.True(poll.IsCompleted);
            },
            Stop);

        var status = await poll;
        Assert.Equal((known, 1), (status.Version, status.Candidate!.Candidate.Requests));
    }

    [Fact]
    public async Task Poll_RouterStops_IsAnsweredBefore()
    {
        await using var router = await RunningRouter.StartAsync(Table);
        var known = (await router.StatusAsync()).Version;
        var poll = PollAsync(router, known);
        // It waits by now, or will find the router stopping.
        await router.StatusAsync();

        ((IHostApplicationLifetime)router.App.Services.GetService(typeof(IHostApplicationLifetime))!).StopApplication();

        Assert.Equal(known, (await poll).Version);
    }

    [Theory]
    [InlineData("version=x", "version must be one whole number from 0 to 9223372036854775807")]
    [InlineData("version=-1", "version must be one whole number from 0 to 9223372036854775807")]
    [InlineData("version=1&version=2", "version must be one whole number from 0 to 9223372036854775807")]
    [InlineData("version=1&waitMilliseconds=30001", "waitMilliseconds must be one whole number from 0 to 30000")]
    [InlineData("version=1&waitMilliseconds=1.5", "waitMilliseconds must be one whole number from 0 to 30000")]
    [InlineData("version=1&waitMilliseconds=", "waitMilliseconds must be one whole number from 0 to 30000")]
    [InlineData("waitMilliseconds=5", "waitMilliseconds needs version: the version that the asker has, a whole number from 0")]
    public async Task Poll_BadQuery_IsRefusedByName(string query, string error)
    {
        await using var router = await RunningRouter.StartAsync(Table);

        using var response = await router.Admin.GetAsync($"{AdminProtocol.StatusPath}?{query}", Stop);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(error, (await response.Content.ReadFromJsonAsync(WireJson.Default.AdminError, Stop))!.Error);
    }

    private static async Task<RouterStatus> PollAsync(RunningRouter router, long version, int wait = AdminProtocol.MaxWaitMilliseconds) =>
        (await router.Admin.GetFromJsonAsync(
            $"{AdminProtocol.StatusPath}?{AdminProtocol.VersionQuery}={version}&{AdminProtocol.WaitQuery}={wait}", WireJson.Default.RouterStatus, Stop))!;
}
