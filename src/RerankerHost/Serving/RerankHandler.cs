using System.Buffers;
using Rerank.Contracts.Models;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Telemetry;

namespace Rerank.RerankerHost.Serving;

/// <summary>Answers one rerank request, in the dialect that it turns out to speak.</summary>
internal sealed class RerankHandler(
    RerankConversation conversation,
    LimitsInForce limits,
    RequestMemory memory,
    ModelRegistry models,
    PairScorer scorer,
    HostMetrics metrics,
    TimeProvider time,
    ILogger<RerankHandler> logger) : RequestHandler(limits, memory, metrics, time, logger)
{
    private readonly TimeProvider _time = time;

    protected override string Route => conversation.Dialect.Name;

    protected override async Task AnswerAsync(HttpContext http, RequestBudget budget, string requestId, PooledBuffer output)
    {
        var started = _time.GetTimestamp();
        using var body = await RequestBody.ReadAsync(http, Limits.MaxBodyBytes, budget);
        var request = conversation.Parse(body.Written, Limits.Requests);
        var report = TruncationReports.Parse(http.Request.Headers[TruncationReports.Header]);
        using var model = models.AcquireByName(request.Model);
        var timings = new ScoreTimings();
        PairScore[] scores;
        using (var span = HostTraces.Score(model.Name, request.Documents.Count))
        {
            scores = await ScoreAsync(budget, model, request, timings);
            Report(http.Response, span, timings);
        }

        var tokens = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            ScoredText.Check(request, i, scores[i].Tokens, scores[i].TotalTokens, scores[i].Truncated);
            tokens += scores[i].Tokens;
        }

        var answer = new RerankAnswer
        {
            RequestId = requestId,
            Model = model.Name,
            Results = Ranking.Rank(scores, model.Encoder.Activation, request.RawScores, request.TopN),
            InputTokens = tokens,
            TruncationReport = report,
            ComputeType = model.Encoder.ExecutionProvider == ExecutionProvider.CPU ? "cpu" : "gpu+optimized",
            Times = new AnswerTimes(_time.GetElapsedTime(started), timings.Tokenization, timings.Waited, timings.Inference),
            Created = _time.GetUtcNow(),
        };
        foreach (var (name, value) in conversation.Dialect.Headers(request, answer))
            http.Response.Headers[name] = value;
        conversation.Dialect.WriteAnswer(output, request, answer);
    }

    protected override int StatusOf(RequestErrorKind kind) => conversation.Dialect.StatusOf(kind);

    protected override void WriteError(IBufferWriter<byte> output, RequestError error) => conversation.Dialect.WriteError(output, error);

    private async Task<PairScore[]> ScoreAsync(RequestBudget budget, ModelLease model, RerankRequest request, ScoreTimings timings)
    {
        var pairs = new PairOptions(request.MaxTokensPerDocument, request.Truncate, request.MaxTokensPerQuery, request.MaxChunksPerDocument ?? 1)
        {
            Priority = request.Priority,
            Timings = timings,
        };
        if (request.Queries is null)
            return await scorer.ScoreAsync(budget, model, request.Query, [.. request.Documents], pairs);

        var groups = QueryGroups.Of(request);
        var parts = await scorer.ScoreAsync(budget, model, [.. groups.Select(group => new QueryPassages(group.Request.Query, [.. group.Request.Documents]) { PlaceOf = group.PlaceOf })], pairs);
        var scores = new PairScore[request.Documents.Count];
        for (var g = 0; g < parts.Length; g++)
        {
            for (var i = 0; i < parts[g].Length; i++)
                scores[groups[g].PlaceOf(i)] = parts[g][i];
        }

        return scores;
    }
}
