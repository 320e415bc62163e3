using Rerank.Contracts.Models;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>Client libraries as they are published.</summary>
public sealed class NodeClientTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CohereAndLangChain_GetWhatTheyExpect()
    {
        await using var host = await RunningHost.StartAsync(_folder, new FakeModels());
        await host.ApplyAsync(RunningHost.Set(1, TestModel.Named("first").InFolder(_folder)));
        await host.EventuallyAsync("first", ModelState.Ready);

        var got = await NodeClients.RunAsync(
            "cohere.mjs", [host.Main.BaseAddress!.ToString(), "first", "capital of germany", "Paris -2", "Berlin 2", "Rome 0"], RunningHost.Cancelled);

        Assert.Equal("""[{"index":1,"score":0.8807971},{"index":2,"score":0.5}]""", got.GetProperty("v2").GetRawText());
        Assert.Equal("""{"apiVersion":{"version":"2"},"billedUnits":{"searchUnits":1},"tokens":{"inputTokens":300}}""", got.GetProperty("meta").GetRawText());
        Assert.True(got.GetProperty("hasId").GetBoolean());
        Assert.Equal(
            """[{"index":1,"score":0.8807971,"document":{"text":"Berlin 2"}},{"index":2,"score":0.5,"document":{"text":"Rome 0"}},{"index":0,"score":0.11920292,"document":{"text":"Paris -2"}}]""",
            got.GetProperty("v1").GetRawText());
        Assert.Equal("""[{"index":1,"score":0.8807971,"document":{"id":"1","text":"Berlin 2"}}]""", got.GetProperty("v1Objects").GetRawText());
        Assert.Equal(
            """[{"index":1,"score":0.8807971},{"index":2,"score":0.5},{"index":0,"score":0.11920292}]""", got.GetProperty("v1RankFields").GetRawText());
        Assert.Equal("""[{"index":1,"relevanceScore":0.8807971},{"index":2,"relevanceScore":0.5}]""", got.GetProperty("langchain").GetRawText());
        Assert.Equal("""[{"text":"Berlin 2","score":0.8807971},{"text":"Rome 0","score":0.5}]""", got.GetProperty("compressed").GetRawText());
    }

    [Fact]
    public async Task CohereAndLangChain_Errors_AreTheirOwn()
    {
        await using var host = await RunningHost.StartAsync(_folder, new FakeModels());
        await host.ApplyAsync(RunningHost.Set(1, TestModel.Named("first").InFolder(_folder)));
        await host.EventuallyAsync("first", ModelState.Ready);

        var got = await NodeClients.RunAsync("cohere.mjs", [host.Main.BaseAddress!.ToString(), "first", "capital of germany", "Paris -2"], RunningHost.Cancelled);

        (string Call, string Name, int Status, string Message)[] errors =
        [
            ("noDocuments", "BadRequestError", 400, "invalid request: list of documents must not be empty"),
            ("badTopN", "BadRequestError", 400, "invalid request: top_n must be at least 1, not 0"),
            ("tooMany", "CohereError", 413, "documents has more than 1000 entries; at most 1000 are allowed"),
        ];
        Assert.All(errors, expected =>
        {
            var error = got.GetProperty(expected.Call);
            Assert.Equal(expected.Name, error.GetProperty("name").GetString());
            Assert.Equal(expected.Status, error.GetProperty("status").GetInt32());
            Assert.Equal(expected.Message, error.GetProperty("body").GetProperty("message").GetString());
        });
    }
}
