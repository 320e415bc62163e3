using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Rerank.Contracts.Feedback;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.TestKit;

namespace Rerank.DataPlane.Tests;

/// <summary>
/// A router over two tiers whose hosts are killed, paused, slowed, broken and hung, for as long as SOAK_REQUESTS requests take (100,000: eleven minutes): every answer is right,
/// degraded and marked, or an error in the caller's dialect; the router's probes never fail; nobody waits beyond its time; and nothing is left behind.
/// </summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private const int Clients = 12;
    private const int PolicyMilliseconds = 2000;
    private const int LongSoak = 50_000;

    /// <summary>What the router's book of the last hour's answers takes when it is full, in MiB: it goes on filling while everything else is as it was.</summary>
    private const double FullBook = 20;

    /// <summary>What a machine that does other things too may add: clients and hosts are on the same cores. The share that comes later than 100 ms is written out.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private static readonly int Requests = Environment.GetEnvironmentVariable("SOAK_REQUESTS") is { Length: > 0 } text ? int.Parse(text) : 3000;

    private int _sent;
    private int _late;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MixedRequests_WhileHostsFailInEveryWay_AreAnsweredRightOrToldWhy()
    {
        await using var well = Server.Host();
        await using var killed = Server.Host();
        await using var paused = Server.Host();
        await using var slowed = Server.Host();
        await using var broken = new BadHost(hangs: false);
        await using var hung = new BadHost(hangs: true);
        foreach (var host in (Server[])[well, killed, paused, slowed])
            await host.ReadyAsync(Cancelled);
        var expected = await Expected.LearnAsync(well, Cancelled);
        await using var router = Server.Router(Table(
            await DigestAsync(well),
            small: [killed.Address, paused.Address, broken.Address, well.Address],
            full: [well.Address, slowed.Address, killed.Address, hung.Address]));
        await router.ReadyAsync(Cancelled);

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Task[] disturbances = [KillAsync(killed, enough.Token), StopNowAndThenAsync(paused, TimeSpan.FromSeconds(3), enough.Token), StopNowAndThenAsync(slowed, TimeSpan.FromMilliseconds(30), enough.Token)];
        var probes = ProbeAsync(router, enough.Token);
        var counts = new Dictionary<string, int>();
        var resident = new List<double>();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => SendAsync(router, expected, counts, resident)));
        await enough.CancelAsync();
        await Task.WhenAll(disturbances);

        output.WriteLine($"{string.Join(", ", counts.OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => $"{kind.Value} {kind.Key}"))}; {_late} later than their time and 100 ms; resident {resident[0]:0} MiB, {resident[resident.Count / 3]:0} after a third, {resident[^1]:0} at the end");
        Assert.True(await probes > 0);
        Assert.Equal(Requests, counts.Values.Sum());
        Assert.InRange(counts.GetValueOrDefault("right"), Requests / 2, Requests);
        if (Requests >= LongSoak)
            Assert.InRange(resident[^1], 0, (resident[resident.Count / 3] * 1.05) + (FullBook * Math.Min(1, (Requests - (Requests / 3.0)) / FeedbackApi.MaxAnswers)));

        // What was only disturbed is in use again, and nothing is degraded any more.
        await killed.ReadyAsync(Cancelled);
        for (var i = 0; i < 20; i++)
            await Eventually.Passes(async () => Assert.Equal("right", await AskAsync(router, expected, new Random(i), "patient")), Cancelled);
    }

    private static RoutingTable Table(string digest, string[] small, string[] full) => new()
    {
        Generation = 1,
        Pipeline = "soak/soak",
        Clusters = [new Cluster { Name = "small", Addresses = small }, new Cluster { Name = "full", Addresses = full }],
        Hedging = new HedgingPolicy { AfterPercentile = 95, MaxExtraPermille = 20 },
        Stable = new Arm
        {
            Revision = "soak",
            Policy = new RouterPolicy { RequestTimeoutMilliseconds = PolicyMilliseconds, FailurePolicy = FailurePolicy.InputOrder, Limits = new RequestLimits { MaxDocuments = 50 } },
            Tiers =
            [
                new Tier { Name = "cache", Cache = new CacheTier(64 * 1024, TtlSeconds: 3600) },
                Model("small", digest, new Escalation { Type = EscalationType.Margin, MarginMilli = 500, TopK = 3 }),
                Model("full", digest, escalation: null),
            ],
        },
    };

    private static Tier Model(string name, string digest, Escalation? escalation) => new()
    {
        Name = name,
        Model = new ModelTier { Cluster = name, Model = "tiny", Digest = digest, Activation = Activation.Sigmoid, Escalation = escalation },
    };

    private static async Task<string> DigestAsync(Server host)
    {
        using var info = JsonDocument.Parse(await host.Client.GetStringAsync("/info", Cancelled));
        return info.RootElement.GetProperty("model_sha").GetString()!;
    }

    private async Task SendAsync(Server router, Expected expected, Dictionary<string, int> counts, List<double> resident)
    {
        for (int number; (number = Interlocked.Increment(ref _sent)) <= Requests;)
        {
            var kind = await AskAsync(router, expected, new Random(number), number % 10 == 0 ? "hurried" : "patient");
            lock (counts)
                counts[kind] = counts.GetValueOrDefault(kind) + 1;
            if (number % Math.Max(1, Requests / 30) != 0)
                continue;
            var mebibytes = await router.MetricAsync("process_working_set_bytes", Cancelled) / (1024 * 1024);
            lock (resident)
                resident.Add(mebibytes);
        }
    }

    /// <returns>What it was answered with: <c>right</c>, <c>degraded</c>, or the status of an error.</returns>
    private async Task<string> AskAsync(Server router, Expected expected, Random random, string patience)
    {
        var (query, documents) = expected.Some(random);
        var allowed = TimeSpan.FromMilliseconds(patience == "hurried" ? random.Next(20, 400) : PolicyMilliseconds);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/rerank")
        {
            Content = new StringContent(JsonSerializer.Serialize(new { model = "tiny", query, documents }), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add(ScoreApi.TimeoutHeader, ((int)allowed.TotalMilliseconds).ToString());
        var started = Stopwatch.GetTimestamp();
        using var response = await router.Client.SendAsync(request, Cancelled);
        var body = await response.Content.ReadAsByteArrayAsync(Cancelled);
        var took = Stopwatch.GetElapsedTime(started);
        if (took > allowed + TimeSpan.FromMilliseconds(100))
            Interlocked.Increment(ref _late);
        Assert.InRange(took, TimeSpan.Zero, allowed + Grace);

        using var json = JsonDocument.Parse(body);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout]);
            Assert.NotEmpty(json.RootElement.GetProperty("message").GetString()!);
            return $"{(int)response.StatusCode}";
        }

        var isDegraded = response.Headers.Contains("X-Rerank-Degraded");
        expected.Check(json.RootElement, query, documents, tier: response.Headers.GetValues("X-Rerank-Tier").Single());
        return isDegraded ? "degraded" : "right";
    }

    private static async Task<int> ProbeAsync(Server router, CancellationToken enough)
    {
        var probes = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        while (!enough.IsCancellationRequested)
        {
            foreach (var path in (string[])["/health/live", "/health/ready"])
            {
                using var answer = await router.Client.GetAsync(path, Cancelled);
                Assert.True(answer.IsSuccessStatusCode, $"{path} answered {(int)answer.StatusCode}");
                probes++;
            }

            await NextAsync(timer, enough);
        }

        return probes;
    }

    private static async Task KillAsync(Server host, CancellationToken enough)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5), TimeProvider.System);
        while (await NextAsync(timer, enough))
            await host.KillAndStartAgainAsync();
    }

    /// <summary>Stopped half of the time.</summary>
    /// <param name="piece">How long it is stopped, and goes on: long ones are pauses, short ones make it slow.</param>
    private static async Task StopNowAndThenAsync(Server host, TimeSpan piece, CancellationToken enough)
    {
        using var timer = new PeriodicTimer(piece, TimeProvider.System);
        while (await NextAsync(timer, enough))
        {
            await host.SignalAsync("STOP");
            await NextAsync(timer, enough);
            await host.SignalAsync("CONT");
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken enough)
    {
        try
        {
            return await timer.WaitForNextTickAsync(enough);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>What a host that is left alone says of each pair.</summary>
    private sealed class Expected
    {
        private static readonly string[] Words = ["linux", "kernel", "image", "viewer", "library", "network", "python", "game", "server", "font"];

        private readonly string[] _queries = ["linux image viewer", "network library", "a font for games"];
        private readonly string[] _documents;
        private readonly Dictionary<(string Query, string Document), double> _scores = [];

        private Expected()
        {
            var random = new Random(1);
            _documents = [.. Enumerable.Range(0, 1000).Select(i => $"{i} {string.Join(' ', Enumerable.Range(0, random.Next(1, 40)).Select(_ => Words[random.Next(Words.Length)]))}")];
        }

        public static async Task<Expected> LearnAsync(Server host, CancellationToken cancellationToken)
        {
            var expected = new Expected();
            foreach (var query in expected._queries)
            {
                using var content = new StringContent(JsonSerializer.Serialize(new { query, texts = expected._documents }), Encoding.UTF8, "application/json");
                using var answer = await host.Client.PostAsync("/rerank", content, cancellationToken);
                using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
                foreach (var result in json.RootElement.EnumerateArray())
                    expected._scores[(query, expected._documents[result.GetProperty("index").GetInt32()])] = result.GetProperty("score").GetDouble();
            }

            return expected;
        }

        public (string Query, string[] Documents) Some(Random random) => (_queries[random.Next(_queries.Length)], random.GetItems(_documents, random.Next(2, 30)));

        /// <summary>Best first, each with its score; or, where no tier answered, in the order of the request.</summary>
        public void Check(JsonElement answer, string query, string[] documents, string tier)
        {
            var results = answer.GetProperty("results").EnumerateArray().Select(result => (Index: result.GetProperty("index").GetInt32(), Score: result.GetProperty("relevance_score").GetDouble())).ToArray();
            Assert.Equal(Enumerable.Range(0, documents.Length), results.Select(result => result.Index).Order());
            if (tier == "none")
            {
                Assert.Equal(Enumerable.Range(0, documents.Length), results.Select(result => result.Index));
                return;
            }

            // A score is capped at the one before it, which is at most the last digit's difference here: both tiers have one model. What was shed by a busy tier has none.
            var last = double.PositiveInfinity;
            foreach (var (index, score) in results)
            {
                Assert.True(score <= last);
                last = score;
                if (score > 0)
                    Assert.Equal(_scores[(query, documents[index])], score, tolerance: 1e-5);
            }
        }
    }
}
