using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Scoring;

public sealed class HedgingTests
{
    private static readonly string[] Documents = ["a full=1", "b full=2"];

    private static readonly HedgingPolicy Policy = new() { AfterPercentile = 99, MaxExtraPermille = 100 };

    [Fact]
    public async Task Rerank_OneHostHangs_TheOtherAnswersAndTheLoserIsCancelled()
    {
        const int Calls = 400, Late = 10;
        await using var one = await StubHost.StartAsync("full");
        await using var other = await StubHost.StartAsync("full");
        await using var router = await RunningRouter.StartAsync(Table(one, other) with { Hedging = Policy });
        for (var i = 0; i < Calls; i++)
            (await router.CohereAsync("q", Documents)).HasOrder(1, 0);
        one.Gate = new TaskCompletionSource();

        for (var i = 0; i < Late; i++)
            (await router.CohereAsync("q", Documents)).HasOrder(1, 0);

        await Eventually.Passes(() => Assert.InRange(one.Cancelled, 1, Late), TestContext.Current.CancellationToken);
        Assert.InRange(one.Requests.Count + other.Requests.Count, Calls + Late, (Calls + Late) * 1.1);
        Assert.Equal(0, (await router.StatusAsync()).Errors);
    }

    [Fact]
    public async Task Rerank_WithoutHedging_IsAskedOnce()
    {
        await using var one = await StubHost.StartAsync("full");
        await using var other = await StubHost.StartAsync("full");
        await using var router = await RunningRouter.StartAsync(Table(one, other));

        for (var i = 0; i < 100; i++)
            await router.CohereAsync("q", Documents);

        Assert.Equal(100, one.Requests.Count + other.Requests.Count);
    }

    [Theory]
    [InlineData(49, 20, "afterPercentile must be from 50 to 99, not 49")]
    [InlineData(95, 101, "maxExtraPermille must be from 1 to 100, not 101")]
    [InlineData(95, 0, "maxExtraPermille must be from 1 to 100, not 0")]
    public void Rules_BeyondBounds_AreNamed(int percentile, int permille, string expected)
    {
        var table = Tables.Table([Tables.Model("full")], [Tables.Cluster("full", "http://127.0.0.1:1")]) with
        {
            Hedging = new HedgingPolicy { AfterPercentile = percentile, MaxExtraPermille = permille },
        };

        Assert.Equal($"hedging.{expected}", RoutingTableRules.FirstError(table));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Budget_WhateverIsAsked_StaysWithinItsShare(int seed)
    {
        var (random, budget) = (new Random(seed), new HedgeBudget());
        long earned = 0, spent = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var pairs = random.Next(1, 500);
            budget.Earn(pairs, permille: 20);
            earned += pairs;
            var wanted = random.Next(1, 500);
            if (random.Next(3) > 0 && budget.TrySpend(wanted))
                spent += wanted;
            Assert.True(spent <= 0.02 * earned);
        }

        // It isn't a budget that nobody gets anything of.
        Assert.InRange(spent, 0.018 * earned, 0.02 * earned);
    }

    [Fact]
    public void Times_OfOneKind_SayNothingOfAnother()
    {
        var times = new AnswerTimes();
        for (var i = 1; i <= 100; i++)
            times.Add(pairs: 100, TimeSpan.FromMilliseconds(i));

        Assert.Equal(TimeSpan.FromMilliseconds(92), times.Percentile(pairs: 64, 95));
        Assert.Null(times.Percentile(pairs: 63, 95));
    }

    [Fact]
    public void Times_OfLate_CountAlone()
    {
        var times = new AnswerTimes();
        for (var i = 0; i < 5000; i++)
            times.Add(pairs: 1, TimeSpan.FromMilliseconds(i < 4800 ? 1000 : 10));

        Assert.Equal(TimeSpan.FromMilliseconds(10), times.Percentile(pairs: 1, 99));
    }

    [Fact]
    public void Times_OfFewAnswers_AreNotKnown()
    {
        var times = new AnswerTimes();
        for (var i = 0; i < AnswerTimes.Fewest - 1; i++)
            times.Add(pairs: 1, TimeSpan.FromMilliseconds(1));
        Assert.Null(times.Percentile(pairs: 1, 95));

        times.Add(pairs: 1, TimeSpan.FromMilliseconds(1));
        Assert.NotNull(times.Percentile(pairs: 1, 95));
    }

    private static RoutingTable Table(StubHost one, StubHost other) =>
        Tables.Table([Tables.Model("full")], [Tables.Cluster("full", one.Address, other.Address)]);
}
