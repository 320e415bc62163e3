using System.Net;
using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Trials;

public sealed class TripTests
{
    private static readonly string[] Documents = Canary.Documents((1, 2), (3, 1), (2, 3));

    [Fact]
    [Trait("Fault", "T62")]
    public async Task HardLimit_IsExceeded_CandidateGetsNothingFromTheNextRequestOnAndNobodySawAnError()
    {
        await using var canary = await Canary.StartAsync(candidate => candidate with
        {
            MirrorPermille = 0,
            HardLimits = [new HardLimit { Name = "errors", Type = HardLimitType.Error, Permille = 200, MinRequests = 5 }],
        });
        canary.Candidate.Failure = (503, ScoreErrorCode.ModelNotReady);

        for (var i = 0; i < 8; i++)
            (await canary.Router.CohereAsync("q", Documents)).HasOrder(1, 2, 0);

        Assert.Equal(5, canary.Candidate.Requests.Count);
        var evidence = await canary.EvidenceAsync();
        Assert.Equal(("errors", 0), (evidence.Trip?.Limit, evidence.TrafficPermille));
        Assert.StartsWith("5 of 5 requests in 10 s failed, 20 % allowed; ", evidence.Trip?.Observed, StringComparison.Ordinal);
        Assert.Equal((5, 3), (evidence.Candidate.Requests, evidence.Stable.Requests));
        var metrics = await canary.Router.MetricsAsync();
        Assert.Contains("rerank_router_trips_total{limit=\"errors\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("rerank_router_candidate_traffic_permille 0\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelGivesInvalidScores_BuiltInLimitTripsAndStaysUntilTheNextTry()
    {
        await using var canary = await Canary.StartAsync();
        canary.Candidate.Failure = (500, ScoreErrorCode.InvalidScores);
        for (var i = 0; i < 3; i++)
            await canary.Router.CohereAsync("q", Documents);
        canary.Candidate.Failure = null;
        var same = canary.Table.Candidate!;

        Assert.Equal(BuiltInLimit.InvalidScores, (await canary.EvidenceAsync()).Trip?.Limit);
        Assert.Equal(0, (await canary.ChangeAsync(candidate => candidate with { TrafficPermille = 900 })).Candidate!.TrafficPermille);
        Assert.Equal("r1", (await canary.Router.CohereAsync("q", Documents, null, Canary.Force)).Header("X-Rerank-Revision"));
        await canary.ChangeAsync(_ => null);
        Assert.NotNull((await canary.ChangeAsync(_ => same)).Candidate!.Trip);

        var retried = await canary.ChangeAsync(candidate => candidate with { Attempt = 2 });

        Assert.Equal((null, 1000), (retried.Candidate!.Trip, retried.Candidate.TrafficPermille));
        Assert.Equal("c1", (await canary.Router.CohereAsync("q", Documents)).Header("X-Rerank-Revision"));
    }

    [Fact]
    public async Task AllScoresAlike_BuiltInLimitTrips()
    {
        await using var canary = await Canary.StartAsync();
        var constant = Canary.Documents((1, 7), (2, 7), (3, 7), (4, 7), (5, 7));

        for (var i = 0; i < 19; i++)
            await canary.Router.CohereAsync($"q{i}", constant);
        Assert.Null((await canary.EvidenceAsync()).Trip);
        await canary.Router.CohereAsync("last", constant);

        var evidence = await canary.EvidenceAsync();
        Assert.Equal((BuiltInLimit.ConstantScores, 20), (evidence.Trip?.Limit, evidence.Candidate.ConstantScores));
    }

    [Fact]
    public async Task MountedTable_GivesTheCandidateNothingUntilItIsPushed()
    {
        await using var canary = await Canary.StartAsync();
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(canary.Table, ContractsJson.Default.RoutingTable), TestContext.Current.CancellationToken);
            await using var router = await RunningRouter.StartAsync(null, options => options with { RoutingTablePath = path });

            Assert.Equal("r1", (await router.CohereAsync("q", Documents)).Header("X-Rerank-Revision"));
            Assert.Equal("r1", (await router.CohereAsync("q", Documents, null, Canary.Force)).Header("X-Rerank-Revision"));
            var before = await router.StatusAsync();
            using var conflict = await router.PutAsync(canary.Table with { Pipeline = "shop/other" });
            var refused = await router.StatusAsync();
            var after = await router.PushAsync(canary.Table);

            Assert.Equal((false, 1, 0), (before.Confirmed, before.Generation, before.Candidate!.TrafficPermille));
            Assert.False(refused.Confirmed);
            Assert.Equal((true, 1, 1000), (after.Confirmed, after.Generation, after.Candidate!.TrafficPermille));
            Assert.Equal("c1", (await router.CohereAsync("q", Documents)).Header("X-Rerank-Revision"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task MountedTable_OnlyTheCandidateIsWrong_StableServesAndAPushIsRefused()
    {
        await using var canary = await Canary.StartAsync();
        var wrong = canary.Table with { Candidate = canary.Table.Candidate! with { Attempt = 0 } };
        var valid = JsonSerializer.Serialize(canary.Table, ContractsJson.Default.RoutingTable);
        var path = Path.GetTempFileName();
        try
        {
            foreach (var json in new[] { JsonSerializer.Serialize(wrong, ContractsJson.Default.RoutingTable), valid.Replace("\"attempt\":1", "\"attempt\":1,\"new\":1", StringComparison.Ordinal) })
            {
                Assert.NotEqual(valid, json);
                await File.WriteAllTextAsync(path, json, TestContext.Current.CancellationToken);
                await using var router = await RunningRouter.StartAsync(null, options => options with { RoutingTablePath = path });

                Assert.Equal("r1", (await router.CohereAsync("q", Documents)).Header("X-Rerank-Revision"));
                Assert.Null((await router.StatusAsync()).Candidate);
                using var refused = await router.PutAsync(wrong with { Generation = 2 });
                Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
                Assert.Contains("candidate.attempt", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Table_CandidatesCacheIsLargerThanIsAllowed_IsRefusedAndNamed()
    {
        await using var canary = await Canary.StartAsync();
        var large = new Tier { Name = "cache", Cache = new CacheTier(1L << 40, 60) };

        using var refused = await canary.Router.PutAsync(canary.Table with
        {
            Generation = 2,
            Candidate = canary.Table.Candidate! with { Arm = canary.Table.Candidate.Arm with { Tiers = [large, Tables.Model("next")] } },
        });

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(
            "candidate.arm.tiers[0].cache.memoryBytes must be from 65536 to 68719476736, not 1099511627776",
            await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Equal("c1", (await canary.Router.CohereAsync("q", Documents)).Header("X-Rerank-Revision"));
    }

    [Fact]
    public async Task MountedTable_NewerOneIsPushed_IsConfirmed()
    {
        await using var canary = await Canary.StartAsync();
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(canary.Table, ContractsJson.Default.RoutingTable), TestContext.Current.CancellationToken);
            await using var router = await RunningRouter.StartAsync(null, options => options with { RoutingTablePath = path });

            var after = await router.PushAsync(canary.Table with { Generation = 2 });

            Assert.Equal((true, 1000), (after.Confirmed, after.Candidate!.TrafficPermille));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
