using System.Net;
using Rerank.Contracts.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Routing;

public sealed class TableSwapTests
{
    private static readonly string[] Documents = [Texts.Passage(0, small: 1, full: 3), Texts.Passage(1, small: 2, full: 1)];

    [Fact]
    [Trait("Fault", "T62")]
    public async Task Swap_UnderLoad_NoRequestFails()
    {
        await using var small = await StubHost.StartAsync("small");
        await using var full = await StubHost.StartAsync("full");
        RoutingTable[] shapes =
        [
            Tables.Table([Tables.Model("small", Tables.Always), Tables.Model("full")], [Tables.Cluster("small", small.Address), Tables.Cluster("full", full.Address)]),
            Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]),
            Tables.Table([Tables.Model("small")], [Tables.Cluster("small", small.Address)]),
        ];
        await using var router = await RunningRouter.StartAsync(shapes[0]);
        using var done = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var answers = new List<Answer>();
            while (!done.IsCancellationRequested)
                answers.Add(await router.CohereAsync("q", Documents));
            return answers;
        })).ToArray();

        for (var generation = 2; generation <= 60; generation++)
        {
            var shape = shapes[generation % shapes.Length];
            await router.PushAsync(shape with { Generation = generation, Stable = shape.Stable with { Revision = $"r{generation}" } });
        }

        await done.CancelAsync();
        var all = (await Task.WhenAll(callers)).SelectMany(answers => answers).ToArray();
        Assert.All(all, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.All(all, answer => Assert.Null(answer.Header("X-Rerank-Degraded")));
        Assert.True(all.Select(answer => answer.Header("X-Rerank-Revision")).Distinct().Count() > 1);
    }

    [Fact]
    public async Task Swap_WhileARequestWaitsForAModelThatLeaves_NewTableAnswers()
    {
        await using var full = await StubHost.StartAsync("full");
        full.Digests.Clear();
        full.Digests.Add(StubHost.DigestOf("old"));
        full.Gate = new TaskCompletionSource();
        Cluster[] clusters = [Tables.Cluster("full", full.Address)];
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full", model: "old")], clusters));

        var call = router.CohereAsync("q", Documents);
        await Eventually.True(() => full.Requests.Count == 1, TestContext.Current.CancellationToken);
        full.Digests.Clear();
        full.Digests.Add(StubHost.DigestOf("new"));
        await router.PushAsync(Tables.Table([Tables.Model("full", model: "new")], clusters, generation: 2));
        full.Gate.SetResult();

        var answer = await call;
        Assert.Equal([0, 1], answer.Order());
        Assert.Equal("r2", answer.Header("X-Rerank-Revision"));
    }

    [Fact]
    public async Task Swap_SameCacheTier_KeepsWhatIsCached()
    {
        await using var pipeline = await Pipeline.StartAsync(Tables.Always);
        await pipeline.Router.CohereAsync("q", Documents);
        await pipeline.CacheFilledAsync(4);

        var clusters = new[] { Tables.Cluster("small", pipeline.Small.Address), Tables.Cluster("full", pipeline.Full.Address) };
        await pipeline.Router.PushAsync(Tables.Table([Tables.Cache, Tables.Model("full")], clusters, generation: 2));
        var answer = await pipeline.Router.CohereAsync("q", Documents);

        Assert.Equal("cache", answer.Tier);
        Assert.Equal("r2", answer.Header("X-Rerank-Revision"));
    }
}
