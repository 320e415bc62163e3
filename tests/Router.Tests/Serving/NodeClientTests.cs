using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Router.Tests.Serving;

/// <summary>Client libraries as they are published.</summary>
public sealed class NodeClientTests
{
    [Fact]
    public async Task CohereAndLangChain_GetWhatTheyExpect()
    {
        await using var full = await StubHost.StartAsync("full");
        await using var router = await RunningRouter.StartAsync(Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]));

        var got = await NodeClients.RunAsync(
            "cohere.mjs",
            [router.Main.BaseAddress!.ToString(), "any", "capital of germany", "Paris full=-2", "Berlin full=2", "Rome full=0"],
            TestContext.Current.CancellationToken);

        Assert.Equal("""[{"index":1,"score":0.8807971},{"index":2,"score":0.5}]""", got.GetProperty("v2").GetRawText());
        Assert.Equal("""{"apiVersion":{"version":"2"},"billedUnits":{"searchUnits":1},"tokens":{"inputTokens":30}}""", got.GetProperty("meta").GetRawText());
        Assert.Equal("""[{"index":1,"score":0.8807971,"document":{"id":"1","text":"Berlin full=2"}}]""", got.GetProperty("v1Objects").GetRawText());
        Assert.Equal("""[{"index":1,"relevanceScore":0.8807971},{"index":2,"relevanceScore":0.5}]""", got.GetProperty("langchain").GetRawText());
        Assert.Equal("BadRequestError", got.GetProperty("badTopN").GetProperty("name").GetString());
        Assert.Equal(413, got.GetProperty("tooMany").GetProperty("status").GetInt32());
    }
}
