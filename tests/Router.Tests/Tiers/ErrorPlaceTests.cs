using System.Net;
using System.Text.Json;
using Rerank.Contracts.Routing;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Tiers;

/// <summary>An error about one document calls it by its place in the caller's request, whatever part of that a host was asked for.</summary>
public sealed class ErrorPlaceTests : IAsyncLifetime
{
    private Pipeline _pipeline = null!;

    public async ValueTask InitializeAsync() => _pipeline = await Pipeline.StartAsync(Tables.Margin(1000, topK: 1), new RouterPolicy { FailurePolicy = FailurePolicy.Fail });

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    [Fact]
    public async Task TooLongWithoutTruncation_HasTheLimitAndTheTokens()
    {
        _pipeline.Full.Truncates = true;
        _pipeline.Small.Truncates = true;

        var answer = await _pipeline.Router.TeiAsync("q", ["a small=1 full=1", "b small=1 full=2"], truncate: false);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "document 0 and the query have 25 tokens, of which the model can be given 10, and the request doesn't allow to shorten them"), (answer.Status, ErrorOf(answer)));
    }

    [Theory]
    [InlineData("/rerank", """{"query":"q","texts":["a small=0","a small=0","b small=5 full=1","b small=5 full=1","bad small=5"]}""", 4)]
    [InlineData("/score", """{"queries":["q","r","r","r"],"documents":["a small=1 full=1","b small=5","b small=5","bad small=5"]}""", 3)]
    public async Task RefusedByAHost_NamesTheDocumentOfTheRequest(string path, string body, int document)
    {
        _pipeline.Full.Unreadable = "bad small=5";

        var answer = await _pipeline.Router.SendAsync(path, body);

        Assert.Equal($"document {document} has a word too long", ErrorOf(answer));
    }

    private static string? ErrorOf(Answer answer)
    {
        using var json = JsonDocument.Parse(answer.Body);
        var error = json.RootElement.GetProperty("error");
        return error.ValueKind == JsonValueKind.String ? error.GetString() : error.GetProperty("message").GetString();
    }
}
