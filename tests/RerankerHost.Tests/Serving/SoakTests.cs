using System.Net;
using System.Text;
using System.Text.Json;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Serving;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>
/// Everything at once for long: right, malformed and oversized requests, of all priorities, and callers that leave. SOAK_REQUESTS says how many; 100,000 take some minutes.
/// What the process holds afterwards is measured, so nothing else may run in it meanwhile.
/// </summary>
[Collection(WholeProcess.Name)]
public sealed class SoakTests
{
    private const int Clients = 16;
    private const int MostDocuments = 50;
    private const int MostBodyBytes = 32 * 1024;

    private static readonly string Model = Path.Combine(AppContext.BaseDirectory, "models", "tiny");

    private static readonly int Requests =
        Environment.GetEnvironmentVariable("SOAK_REQUESTS") is { Length: > 0 } text ? int.Parse(text) : 4000;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MixedRequests_ForLong_AllAnsweredRightAndNothingIsLeft()
    {
        var expected = await ExpectedAsync();
        var options = ServeCommand.Parse(Model, "--urls", "http://127.0.0.1:0") with { Limits = new RequestLimits { MaxBodyBytes = MostBodyBytes, MaxDocuments = MostDocuments } };
        await using var host = await RunningHost.StartAsync(options);
        await Eventually.True(async () => await host.GetAsync("/health/ready") == HttpStatusCode.OK, Cancelled);

        // Pools and caches fill up first; what grows beyond that with the requests is a leak.
        var counts = new Dictionary<string, int>();
        await SendAllAsync(host, expected, first: 0, Requests / 4, counts);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await SendAllAsync(host, expected, Requests / 4, Requests - (Requests / 4), counts);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;

        await Eventually.True(
            async () => (await host.Main.GetStringAsync("/metrics", Cancelled)).Split('\n').Contains("rerank_host_pending_pairs 0"), Cancelled);
        Assert.Contains("rerank_host_queue_seconds 0\n", await host.Main.GetStringAsync("/metrics", Cancelled), StringComparison.Ordinal);
        Assert.InRange(grown, long.MinValue, 8 * 1024 * 1024);
        Assert.Equal(Requests, counts.Values.Sum());
        Assert.All((string[])["right", "left", "malformed", "too large", "too many", "no such model"], kind => Assert.InRange(counts.GetValueOrDefault(kind), Requests / 100, Requests));
    }

    private static async Task SendAllAsync(RunningHost host, Expected expected, int first, int count, Dictionary<string, int> counts)
    {
        var next = first - 1;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < first + count;)
            {
                var kind = await SendAsync(host, expected, new Random(i));
                lock (counts)
                    counts[kind] = counts.GetValueOrDefault(kind) + 1;
            }
        }));
    }

    /// <returns>What kind of request it was.</returns>
    private static Task<string> SendAsync(RunningHost host, Expected expected, Random random) => random.Next(20) switch
    {
        0 => RefusedAsync(host, "malformed", """{"query":"q","texts":["a",}""", HttpStatusCode.BadRequest),
        1 => RefusedAsync(host, "too large", Tei("q", [new string('a', MostBodyBytes)]), HttpStatusCode.RequestEntityTooLarge),
        2 => RefusedAsync(host, "too many", Tei("q", [.. Enumerable.Repeat("a", MostDocuments + 1)]), HttpStatusCode.UnprocessableEntity, HttpStatusCode.RequestEntityTooLarge),
        3 => RefusedAsync(host, "no such model", """{"model":"other","query":"q","documents":["a"],"priority":3}""", HttpStatusCode.NotFound),
        4 or 5 => LeftAsync(host, expected, random),
        6 => HurriedAsync(host, expected, random),
        _ => RightAsync(host, expected, random),
    };

    private static async Task<string> RightAsync(RunningHost host, Expected expected, Random random)
    {
        var (query, passages) = expected.Some(random);
        using var response = await PostAsync(host, Cohere(query, passages, priority: random.Next(1000)), null, Cancelled);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await expected.CheckAsync(response, query, passages);
        return "right";
    }

    /// <summary>A millisecond or so: in time, or late, or refused since it would be late, and never anything else.</summary>
    private static async Task<string> HurriedAsync(RunningHost host, Expected expected, Random random)
    {
        var (query, passages) = expected.Some(random);
        using var response = await PostAsync(host, Cohere(query, passages, priority: 0), random.Next(1, 20).ToString(), Cancelled);
        if (response.StatusCode == HttpStatusCode.OK)
            await expected.CheckAsync(response, query, passages);
        else
            Assert.Contains(response.StatusCode, new[] { HttpStatusCode.GatewayTimeout, HttpStatusCode.TooManyRequests });
        return "hurried";
    }

    private static async Task<string> LeftAsync(RunningHost host, Expected expected, Random random)
    {
        var (query, passages) = expected.Some(random);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var answer = PostAsync(host, Cohere(query, passages, priority: 0), null, leave.Token);
        for (var i = random.Next(50); i > 0; i--)
            await Task.Yield();
        await leave.CancelAsync();
        try
        {
            (await answer).Dispose();
        }
        catch (OperationCanceledException)
        {
        }

        return "left";
    }

    private static async Task<string> RefusedAsync(RunningHost host, string kind, string body, params HttpStatusCode[] statuses)
    {
        using var response = await PostAsync(host, body, null, Cancelled, kind == "no such model" ? "/v2/rerank" : "/rerank");
        Assert.Contains(response.StatusCode, statuses);
        return kind;
    }

    private static async Task<HttpResponseMessage> PostAsync(RunningHost host, string body, string? milliseconds, CancellationToken cancellationToken, string path = "/v2/rerank")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (milliseconds is not null)
            request.Headers.Add(ScoreApi.TimeoutHeader, milliseconds);
        return await host.Main.SendAsync(request, cancellationToken);
    }

    private static string Tei(string query, string[] texts) => JsonSerializer.Serialize(new { query, texts });

    private static string Cohere(string query, string[] documents, int priority) => JsonSerializer.Serialize(new { model = "tiny", query, documents, priority });

    /// <summary>Scores every pair alone, before anything else runs.</summary>
    private static async Task<Expected> ExpectedAsync()
    {
        using var model = Inference.Golden.Load("tiny");
        string[] queries = ["linux image viewer", "network library", "a"];
        var random = new Random(1);
        string[] words = ["linux", "kernel", "image", "viewer", "library", "network", "python", "game", "server", "font"];
        string[] passages = [.. Enumerable.Range(0, 60).Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(1, 60)).Select(_ => words[random.Next(words.Length)])))];
        var scores = new Dictionary<(string, string), double>();
        foreach (var query in queries)
        {
            foreach (var passage in passages)
                scores[(query, passage)] = 1 / (1 + Math.Exp(-(await model.ScoreAsync(query, [passage], new PairOptions(), Cancelled))[0].Logit));
        }

        return new Expected(queries, passages, scores);
    }

    private sealed record Expected(string[] Queries, string[] Passages, Dictionary<(string Query, string Passage), double> Scores)
    {
        public (string Query, string[] Passages) Some(Random random) =>
            (Queries[random.Next(Queries.Length)], random.GetItems(Passages, random.Next(1, 12)));

        public async Task CheckAsync(HttpResponseMessage response, string query, string[] passages)
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(Cancelled));
            var results = json.RootElement.GetProperty("results").EnumerateArray().ToArray();
            Assert.Equal(passages.Length, results.Length);
            Assert.Equal(results.Length, results.Select(r => r.GetProperty("index").GetInt32()).Distinct().Count());
            var last = double.PositiveInfinity;
            foreach (var result in results)
            {
                var score = result.GetProperty("relevance_score").GetDouble();
                Assert.Equal(Scores[(query, passages[result.GetProperty("index").GetInt32()])], score, tolerance: 1e-6);
                Assert.True(score <= last);
                last = score;
            }
        }
    }
}
