using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.Dialects;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>Requests made at random, the same ones in every run, against a running host: each gets the right answer, or an error in words.</summary>
public sealed partial class HttpFuzzTests : IDisposable
{
    private const int Requests = 10_000;
    private const int Clients = 4;

    private static readonly RequestLimits Limits = new() { MaxBodyBytes = 4096, MaxDocuments = 8 };

    /// <summary>What is sent to, and the route that takes it; null: none, or not one for rerank requests.</summary>
    private static readonly (string Path, string? Route)[] Paths =
    [
        ("/rerank", "/rerank"), ("/v1/rerank", "/v1/rerank"), ("/v2/rerank", "/v2/rerank"), ("/score", "/score"), ("/v1/score", "/v1/score"), ("/v1/ranking", "/v1/ranking"),
        ("/v1/retrieval/nvidia/reranking", "/v1/retrieval/nvidia/reranking"), ("/v1/retrieval/nvidia/x%2Fy/reranking", "/v1/retrieval/nvidia/{model}/reranking"),
        ("/invocations", "/invocations"), ("/", "/"), ("/rerank/", "/rerank"), ("/rerank//", null), ("/v1//rerank", null), ("/rerank?x=%00", "/rerank"), ("/V1/RERANK", "/v1/rerank"),
        ("/internal/v1/score", null), ("/v3/rerank", null), ("/%ff", null), ("/rerank/%2e%2e", "/"),
    ];

    private static readonly string[] Timeouts = ["30000", "30000", "99999999999", "0", "-1", "soon", ""];
    private static readonly string[] Reports = ["all", "none", "cut", "CUT", "", "some"];

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WildRequests_GetTheRightAnswerOrAnErrorInWords_AndLeaveNothingBehind()
    {
        await using var host = await RunningHost.StartAsync(_folder, new FakeModels { MostPassages = int.MaxValue }, change: options => options with { Limits = Limits });
        await host.ApplyAsync(RunningHost.Set(1, TestModel.Named("q").InFolder(_folder)));
        await host.EventuallyAsync("q", ModelState.Ready);

        var statuses = new int[Requests];
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = RunningHost.Cancelled }, async (seed, _) =>
        {
            try
            {
                statuses[seed] = await SendAsync(host, seed);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"the request of seed {seed}: {e.Message}", e);
            }
        });

        // Few of both kinds would prove little.
        Assert.InRange(statuses.Count(status => status == 200), Requests / 10, Requests / 10 * 9);
        Assert.Contains("rerank_host_pending_pairs 0\n", await host.Main.GetStringAsync("/metrics", RunningHost.Cancelled), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await host.GetAsync("/health/ready"));
    }

    private static async Task<int> SendAsync(RunningHost host, int seed)
    {
        var random = new Random(seed);
        var method = random.Next(20) == 0 ? HttpMethod.Put : HttpMethod.Post;
        var (path, route) = Paths[random.Next(Paths.Length)];
        using var request = new HttpRequestMessage(method, path);
        var body = random.Next(50) == 0 ? new byte[random.Next(4097, 300_000)] : WildJson.Request(random);
        request.Content = random.Next(3) == 0 ? new StreamContent(new MemoryStream(body)) : new ByteArrayContent(body);
        if (random.Next(3) == 0)
            request.Headers.TransferEncodingChunked = true;
        if (random.Next(4) == 0)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", random.Next(2) == 0 ? "application/json; charset=utf-7" : "???");
        var timeout = random.Next(4) == 0 ? Timeouts[random.Next(Timeouts.Length)] : "";
        if (timeout.Length > 0)
            request.Headers.TryAddWithoutValidation(ScoreApi.TimeoutHeader, timeout);
        var report = random.Next(4) == 0 ? Reports[random.Next(Reports.Length)] : "";
        if (report.Length > 0)
            request.Headers.TryAddWithoutValidation(TruncationReports.Header, report);

        using var response = await host.Main.SendAsync(request, RunningHost.Cancelled);
        var text = await response.Content.ReadAsByteArrayAsync(RunningHost.Cancelled);
        var status = (int)response.StatusCode;
        if (status == 200)
            Assert.Equal(RightAnswer(route!, body, report), AnswerOf(text, response));
        else
            CheckError(status, text, outOfTime: timeout is "0" or "-1");
        return status;
    }

    /// <summary>Not by the host's way of ranking: by what the fake model is known to answer.</summary>
    private static string RightAnswer(string path, byte[] body, string report)
    {
        var conversation = RerankDialects.Routes.Single(route => route.Pattern == path).Begin();
        var request = conversation.Parse(body, Limits);
        var results = request.Documents
            .Select((text, i) => (Index: i, Logit: FakeEncoder.LogitOf(text)))
            .OrderByDescending(scored => scored.Logit).ThenBy(scored => scored.Index)
            .Take(request.TopN ?? int.MaxValue)
            .Select(scored => new RankedDocument(scored.Index, request.RawScores || conversation.Dialect == RerankDialects.Nim ? scored.Logit : (float)(1 / (1 + Math.Exp(-(double)scored.Logit))))
            {
                Tokens = request.MaxTokensPerDocument ?? 3,
                TotalTokens = 3,
            });

        var written = new System.Buffers.ArrayBufferWriter<byte>();
        conversation.Dialect.WriteAnswer(written, request, new RerankAnswer
        {
            RequestId = "ID",
            Model = "q",
            Results = [.. results],
            InputTokens = request.Documents.Count * (request.MaxTokensPerDocument ?? 3),
            TruncationReport = TruncationReports.Parse(report),
            Created = DateTimeOffset.UnixEpoch,
        });
        return Encoding.UTF8.GetString(written.WrittenSpan);
    }

    private static string AnswerOf(byte[] text, HttpResponseMessage response) => Created().Replace(
        Encoding.UTF8.GetString(text).Replace(response.Headers.GetValues("X-Rerank-Request-Id").Single(), "ID", StringComparison.Ordinal), "\"created\":0");

    private static void CheckError(int status, byte[] text, bool outOfTime)
    {
        int[] expected = outOfTime ? [400, 404, 405, 413, 422, 424, 504] : [400, 404, 405, 413, 422, 424];
        Assert.Contains(status, expected);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
        Assert.Contains(json.RootElement.EnumerateObject().Select(WordsOf), words => words?.Contains(' ', StringComparison.Ordinal) == true);
    }

    private static string? WordsOf(JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.String => property.Value.GetString(),
        JsonValueKind.Object => property.Value.GetProperty("message").GetString(),
        _ => null,
    };

    [GeneratedRegex("\"created\":[0-9]{10}(?=[,}])")]
    private static partial Regex Created();
}
