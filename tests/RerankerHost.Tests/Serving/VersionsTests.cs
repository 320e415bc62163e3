using System.Net;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>While images change, routers are a version ahead of hosts, or behind them.</summary>
public sealed class VersionsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Fault", "A31")]
    public async Task Router_AsksMoreThanTheHostKnows_IsAnswered()
    {
        await using var host = await RunningHost.StartAsync(_folder, new FakeModels());
        var model = TestModel.Named("q").InFolder(_folder);
        await host.ApplyAsync(RunningHost.Set(1, model));
        await host.EventuallyAsync("q", ModelState.Ready);

        using var content = new StringContent($$"""{"digest":"{{model.Digest}}","query":"q","passages":["1"],"ofTheNextVersion":{"a":1} }""");
        using var answer = await host.Main.PostAsync("/internal/v1/score", content, RunningHost.Cancelled);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
