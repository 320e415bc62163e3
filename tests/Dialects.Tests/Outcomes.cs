using System.Text;
using System.Text.Json;
using Rerank.Contracts.Routing;

namespace Rerank.Dialects.Tests;

/// <summary>What may become of a body, whatever is in it: a request that can be answered, or an error that can be told.</summary>
internal static class Outcomes
{
    /// <returns>Whether it is a request.</returns>
    public static bool Check(RerankRoute route, byte[] body, RequestLimits limits)
    {
        var conversation = route.Begin();
        try
        {
            CheckAnswer(conversation.Dialect, conversation.Parse(body, limits), limits);
            return true;
        }
        catch (RequestException e)
        {
            CheckError(conversation.Dialect, e.Error);
            return false;
        }
    }

    private static void CheckAnswer(Dialect dialect, RerankRequest request, RequestLimits limits)
    {
        Assert.InRange(request.Documents.Count, 1, limits.MaxDocuments);
        Assert.False(string.IsNullOrWhiteSpace(request.Query));
        Assert.True(request.TopN is null or > 0);

        var results = request.Documents.Select((_, i) => new RankedDocument(i, 1f / (i + 1))).Take(request.TopN ?? int.MaxValue).ToArray();
        using var json = JsonDocument.Parse(dialect.Answer(request, new RerankAnswer { RequestId = "id", Model = "m", Results = results }));
        var list = json.RootElement.ValueKind == JsonValueKind.Array
            ? json.RootElement
            : json.RootElement.EnumerateObject().Single(property => property.Value.ValueKind == JsonValueKind.Array).Value;
        Assert.Equal(results.Select(result => result.Index), list.EnumerateArray().Select(result => result.GetProperty("index").GetInt32()));
    }

    private static void CheckError(Dialect dialect, RequestError error)
    {
        Assert.NotEqual("", error.Message);
        Assert.InRange(dialect.StatusOf(error.Kind), 400, 499);
        using var json = JsonDocument.Parse(Encoding.UTF8.GetBytes(dialect.Error(error)));
        Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
        Assert.Contains(json.RootElement.EnumerateObject().SelectMany(Strings), text => text == error.Message);
    }

    private static IEnumerable<string?> Strings(JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.String => [property.Value.GetString()],
        JsonValueKind.Object => property.Value.EnumerateObject().SelectMany(Strings),
        _ => [],
    };
}
