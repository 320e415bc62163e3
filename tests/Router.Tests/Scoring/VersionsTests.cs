using System.Text.Json;
using System.Text.Json.Nodes;
using Rerank.Contracts;
using Rerank.Contracts.Scoring;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Scoring;

/// <summary>While images change, hosts are a version ahead of routers, or behind them.</summary>
public sealed class VersionsTests
{
    [Fact]
    [Trait("Fault", "A31")]
    public async Task Host_SaysMoreThanTheRouterKnows_IsUnderstood()
    {
        await using var full = await StubHost.StartAsync("full");
        full.RawAnswer = request =>
        {
            var answer = new ScoreResponse { Digest = request.Digest, Logits = [1, 2], Tokens = [3, 3], Truncated = [false, false] };
            var json = JsonSerializer.SerializeToNode(answer, WireJson.Default.ScoreResponse)!.AsObject();
            json["ofTheNextVersion"] = new JsonArray(1, 2);
            return json.ToJsonString();
        };
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]));

        (await router.CohereAsync("q", ["a", "b"])).HasOrder(1, 0);
    }
}
