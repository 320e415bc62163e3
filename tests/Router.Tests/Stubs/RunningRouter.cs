using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rerank.Contracts;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Routing;

namespace Rerank.Router.Tests.Stubs;

/// <summary>The router itself on loopback, with its admin port.</summary>
internal sealed class RunningRouter : IAsyncDisposable
{
    public const string Token = "s3cret";

    private readonly DirectoryInfo _directory;

    private RunningRouter(WebApplication app, DirectoryInfo directory)
    {
        App = app;
        _directory = directory;
        var urls = app.Urls.ToArray();
        Main = new HttpClient { BaseAddress = new Uri(urls[0]) };
        Admin = new HttpClient { BaseAddress = new Uri(urls[1]) };
        Probe = urls.Length > 2 ? new HttpClient { BaseAddress = new Uri(urls[2]) } : null;
        Admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public WebApplication App { get; }

    public string TokenFile => Path.Combine(_directory.FullName, "token");

    public HttpClient Main { get; }

    public HttpClient Admin { get; }

    /// <summary>Where the options have addresses for probes.</summary>
    public HttpClient? Probe { get; }

    public static Task<RunningRouter> StartAsync(RoutingTable table) => StartAsync(table, null);

    public static async Task<RunningRouter> StartAsync(
        RoutingTable? table, Func<RouterOptions, RouterOptions>? options, Action<IServiceCollection>? services = null)
    {
        var directory = Directory.CreateTempSubdirectory("rr");
        var tokenFile = Path.Combine(directory.FullName, "token");
        await File.WriteAllTextAsync(tokenFile, Token + "\n");
        var configured = new RouterOptions
        {
            Urls = "http://127.0.0.1:0",
            AdminUrls = "http://127.0.0.1:0",
            AdminTokenFile = tokenFile,
            SocketDirectory = directory.FullName,
            Drain = TimeSpan.Zero,

            // Tests that are about health checks set a shorter one.
            HealthCheckInterval = TimeSpan.FromHours(1),
        };
        var app = RouterApplication.Create(options?.Invoke(configured) ?? configured, collection =>
        {
            collection.AddLogging(logging => logging.ClearProviders());
            services?.Invoke(collection);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var router = new RunningRouter(app, directory);
        if (table is not null)
            await router.PushAsync(table);
        return router;
    }

    public async Task<RouterStatus> PushAsync(RoutingTable table)
    {
        using var response = await PutAsync(table);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync(WireJson.Default.RouterStatus))!;
    }

    public Task<HttpResponseMessage> PutAsync(RoutingTable table) =>
        Admin.PutAsJsonAsync(AdminProtocol.DesiredPath, table, ContractsJson.Default.RoutingTable, TestContext.Current.CancellationToken);

    public async Task<RouterStatus> StatusAsync() =>
        (await Admin.GetFromJsonAsync(AdminProtocol.StatusPath, WireJson.Default.RouterStatus, TestContext.Current.CancellationToken))!;

    public async Task<Answer> CohereAsync(string query, IEnumerable<string> documents, int? topN = null, params (string Name, string Value)[] headers) =>
        await SendAsync("/v2/rerank", JsonSerializer.Serialize(new { model = "any", query, documents, top_n = topN }), headers);

    public async Task<Answer> TeiAsync(string query, IEnumerable<string> texts, bool raw = false, bool truncate = true) =>
        await SendAsync("/rerank", JsonSerializer.Serialize(new { query, texts, raw_scores = raw, truncate }));

    public async Task<Answer> SendAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var response = await Main.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public Task<string> MetricsAsync() => Main.GetStringAsync("/metrics", TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Main.Dispose();
        Admin.Dispose();
        Probe?.Dispose();
        await App.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}

internal sealed class Answer(HttpResponseMessage response, string body)
{
    public HttpStatusCode Status { get; } = response.StatusCode;

    public string Body { get; } = body;

    public string? Tier => Header("X-Rerank-Tier");

    public string? Header(string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    /// <summary>Places and scores, best first, of either dialect.</summary>
    public (int Index, float Score)[] Results()
    {
        Assert.True(Status == HttpStatusCode.OK, $"{Status}: {Body}");
        using var json = JsonDocument.Parse(Body);
        var array = json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement : json.RootElement.GetProperty("results");
        return [.. array.EnumerateArray().Select(result => (
            result.GetProperty("index").GetInt32(),
            result.TryGetProperty("score", out var score) ? score.GetSingle() : result.GetProperty("relevance_score").GetSingle()))];
    }

    public void HasOrder(params int[] expected) => Assert.Equal(expected, Order());

    public int[] Order() => [.. Results().Select(result => result.Index)];
}
