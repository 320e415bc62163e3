using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rerank.TestKit;

namespace Rerank.Cli.Tests.Models;

/// <summary>A hub with one repository, <c>acme/reranker</c>, whose list of files has two pages. Remembers who asked for what.</summary>
internal sealed class StubHub : IAsyncDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    public const string LfsDigest = "5d3e70fd0c9ff14b9b5169a51e957b7a9c74897afd0a35ce4bd318150c1d4d4a";

    private readonly Dictionary<string, string> _small = new()
    {
        ["tokenizer.json"] = "{\"model\":{}}",
        ["config.json"] = """{"max_position_embeddings": 512}""",
    };

    private FakeApiServer? _server;

    public List<string> Requests { get; } = [];

    /// <summary>When set, nobody else is let in.</summary>
    public string? RequiredToken { get; init; }

    public Uri Address => _server!.Kubernetes.BaseUri;

    public async Task<StubHub> StartAsync(CancellationToken cancellationToken)
    {
        _server = await FakeApiServer.StartAsync(AnswerAsync, cancellationToken);
        return this;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.ToString();
        Requests.Add(path + http.Request.QueryString);
        if (RequiredToken is not null && http.Request.Headers.Authorization != $"Bearer {RequiredToken}")
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        else if (path is "/api/models/acme/reranker/revision/main" or $"/api/models/acme/reranker/revision/{Commit}")
            await http.Response.WriteAsync($$"""{"sha": "{{Commit}}"}""");
        else if (path == $"/api/models/acme/reranker/tree/{Commit}")
            await WriteTreeAsync(http);
        else if (path.StartsWith($"/acme/reranker/resolve/{Commit}/", StringComparison.Ordinal) && _small.TryGetValue(path.Split('/')[^1], out var text))
            await http.Response.WriteAsync(text);
        else
            http.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private async Task WriteTreeAsync(HttpContext http)
    {
        if (http.Request.Query["cursor"] == "2")
        {
            await http.Response.WriteAsync(new JsonArray([.. _small.Select(file => Entry(file.Key, file.Value))]).ToJsonString());
            return;
        }

        http.Response.Headers.Link = string.Create(
            CultureInfo.InvariantCulture, $"<{Address}api/models/acme/reranker/tree/{Commit}?recursive=1&cursor=2>; rel=\"next\"");
        var model = Entry("onnx/model.onnx", "pointer");
        model["lfs"] = new JsonObject { ["oid"] = LfsDigest, ["size"] = 90_000_000 };
        await http.Response.WriteAsync(new JsonArray(new JsonObject { ["type"] = "directory", ["path"] = "onnx" }, model).ToJsonString());
    }

    private static JsonObject Entry(string path, string text) =>
        new() { ["type"] = "file", ["path"] = path, ["size"] = Encoding.UTF8.GetByteCount(text), ["oid"] = "git-blob-id" };
}
