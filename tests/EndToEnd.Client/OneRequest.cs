using System.Text;
using System.Text.Json.Nodes;

namespace Rerank.EndToEnd.Client;

internal static class OneRequest
{
    public static async Task<int> RunAsync(Uri url, string body, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(url, content, cancellationToken);
        var headers = response.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => (JsonNode?)string.Join(',', header.Value));
        var answer = new JsonObject
        {
            ["status"] = (int)response.StatusCode,
            ["headers"] = new JsonObject(headers),
            ["body"] = await response.Content.ReadAsStringAsync(cancellationToken),
        };
        Console.WriteLine(answer.ToJsonString());
        return response.IsSuccessStatusCode ? 0 : 1;
    }
}
