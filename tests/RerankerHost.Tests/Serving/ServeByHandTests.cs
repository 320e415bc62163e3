using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Rerank.RerankerHost.Serving;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>The demo models from end to end: command line, HTTP, tokenizer, ONNX Runtime.</summary>
public sealed class ServeByHandTests : IDisposable
{
    private static readonly string Models = Path.Combine(AppContext.BaseDirectory, "models");

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task DemoModels_OverHttp_GiveTheLogitsOfTheirGoldenFile()
    {
        var options = ServeCommand.Parse(Path.Combine(Models, "tiny"), Path.Combine(Models, "base"), "--urls", "http://127.0.0.1:0");
        await using var host = await RunningHost.StartAsync(options);
        await ReadyAsync(host.Main);
        using var golden = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Models, "tiny", "golden.json"), RunningHost.Cancelled));
        var pairs = golden.RootElement.EnumerateArray().Take(2).ToArray();
        Assert.Equal(pairs[0].GetProperty("query").GetString(), pairs[1].GetProperty("query").GetString());

        using var tei = await host.Main.PostAsJsonAsync(
            "/rerank",
            new { query = pairs[0].GetProperty("query").GetString(), texts = pairs.Select(p => p.GetProperty("passage").GetString()), raw_scores = true },
            RunningHost.Cancelled);
        using var cohere = await host.Main.PostAsJsonAsync(
            "/v2/rerank",
            new { model = "base", query = pairs[0].GetProperty("query").GetString(), documents = pairs.Select(p => p.GetProperty("passage").GetString()) },
            RunningHost.Cancelled);

        var results = (await tei.Content.ReadFromJsonAsync<JsonElement>(RunningHost.Cancelled)).EnumerateArray().ToArray();
        for (var i = 0; i < results.Length; i++)
        {
            Assert.Equal(i, results[i].GetProperty("index").GetInt32());
            Assert.Equal(pairs[i].GetProperty("logit").GetDouble(), results[i].GetProperty("score").GetDouble(), 1e-4);
        }

        var best = (await cohere.Content.ReadFromJsonAsync<JsonElement>(RunningHost.Cancelled)).GetProperty("results")[0];
        Assert.Equal(0, best.GetProperty("index").GetInt32());
    }

    [Fact]
    public async Task SameFiles_InTwoFolders_AnswerUnderBothNames()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Models, "tiny")))
        {
            foreach (var name in (string[])["a", "b"])
                _folder.Write($"{name}/{Path.GetFileName(file)}", await File.ReadAllBytesAsync(file, RunningHost.Cancelled));
        }

        await using var host = await RunningHost.StartAsync(ServeCommand.Parse(_folder["a"], _folder["b"], "--urls", "http://127.0.0.1:0"));
        await ReadyAsync(host.Main);

        foreach (var name in (string[])["a", "b"])
        {
            using var response = await host.Main.PostAsJsonAsync("/v2/rerank", new { model = name, query = "linux", documents = new[] { "kernel" } }, RunningHost.Cancelled);
            Assert.True(response.IsSuccessStatusCode);
        }

        var models = await host.Main.GetFromJsonAsync<JsonElement>("/v1/models", RunningHost.Cancelled);
        Assert.Equal(["a", "b"], models.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        var info = await host.Main.GetFromJsonAsync<JsonElement>("/info", RunningHost.Cancelled);
        Assert.Equal(["a", "b"], info.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("reranker")]
    [InlineData("reranker/onnx/model_qint8.onnx")]
    public async Task HubRepository_WithModelsInAFolderOfTheirOwn_IsServed(string path)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Models, "tiny")).Where(file => !file.EndsWith(".onnx", StringComparison.Ordinal)))
            _folder.Write($"reranker/{Path.GetFileName(file)}", await File.ReadAllBytesAsync(file, RunningHost.Cancelled));
        foreach (var name in (string[])["model.onnx", "model_qint8.onnx"])
            _folder.Write($"reranker/onnx/{name}", await File.ReadAllBytesAsync(Path.Combine(Models, "tiny", "model.onnx"), RunningHost.Cancelled));
        await using var host = await RunningHost.StartAsync(ServeCommand.Parse(_folder[path], "--urls", "http://127.0.0.1:0"));
        await ReadyAsync(host.Main);

        using var response = await host.Main.PostAsJsonAsync("/v2/rerank", new { model = "reranker", query = "a", documents = new[] { "b" } }, RunningHost.Cancelled);

        Assert.True(response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task UnixSocket_LeftByAKilledProcess_IsReplacedAndGoneAfterTheStop()
    {
        var socket = _folder["host.sock"];
        LeaveStaleSocket(socket);
        var options = ServeCommand.Parse(
            Path.Combine(Models, "tiny"), "--urls", $"http://unix:{socket}", "--probe-urls", "http://127.0.0.1:0");

        await using (var host = await RunningHost.StartAsync(options))
        {
            await ReadyAsync(Assert.Single(host.Clients));
            using var client = Client(socket);
            using var response = await client.PostAsJsonAsync("/rerank", new { query = "a", texts = new[] { "b" } }, RunningHost.Cancelled);
            Assert.True(response.IsSuccessStatusCode);
            Assert.Throws<AddressInUseException>(() => HostApplication.Build(options).StartAsync(RunningHost.Cancelled).GetAwaiter().GetResult());
            await host.StopAsync();
        }

        Assert.False(File.Exists(socket));
    }

    private static void LeaveStaleSocket(string path)
    {
        var moved = path + ".live";
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(moved));
            socket.Listen();

            // Out of the way of the socket, which deletes its file when it is closed.
            File.Move(moved, path);
        }

        Assert.True(File.Exists(path));
    }

    private static HttpClient Client(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
            return new NetworkStream(connection, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://host"),
    };

    private static Task ReadyAsync(HttpClient client) => Eventually.Passes(
        async () =>
        {
            using var response = await client.GetAsync("/health/ready", RunningHost.Cancelled);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(RunningHost.Cancelled));
        },
        RunningHost.Cancelled);
}
