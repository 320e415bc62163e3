using System.Buffers;
using Rerank.Contracts.Dialects;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Telemetry;

namespace Rerank.RerankerHost.Serving;

/// <summary>Answers one rerank request, in the dialect that it turns out to speak.</summary>
internal sealed class RerankHandler(
    RerankConversation conversation,
    ServeOptions options,
    ModelRegistry models,
    PairScorer scorer,
    HostMetrics metrics,
    TimeProvider time,
    ILogger<RerankHandler> logger) : RequestHandler(metrics, time, logger)
{
    private readonly TimeProvider _time = time;

    protected override string Route => conversation.Dialect.Name;

    protected override async Task AnswerAsync(HttpContext http, string requestId, PooledBuffer output)
    {
        var request = await ReadAsync(http);
        using var model = models.AcquireByName(request.Model);
        var scores = await ScoreAsync(http, model, request);

        var tokens = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            ScoredText.Check(request, i, scores[i].Tokens, scores[i].Truncated);
            tokens += scores[i].Tokens;
        }

        conversation.Dialect.WriteAnswer(output, request, new RerankAnswer
        {
            RequestId = requestId,
            Model = model.Name,
            Results = Ranking.Rank(scores, model.Encoder.Activation, request.RawScores, request.TopN),
            InputTokens = tokens,
            Created = _time.GetUtcNow(),
        });
    }

    protected override int StatusOf(RequestErrorKind kind) => conversation.Dialect.StatusOf(kind);

    protected override void WriteError(IBufferWriter<byte> output, RequestError error) => conversation.Dialect.WriteError(output, error);

    private async Task<RerankRequest> ReadAsync(HttpContext http)
    {
        using var body = await RequestBody.ReadAsync(http, options.Limits.MaxBodyBytes);
        return conversation.Parse(body.Written, options.Limits);
    }

    private async Task<PairScore[]> ScoreAsync(HttpContext http, ModelLease model, RerankRequest request)
    {
        var pairs = new PairOptions(request.MaxTokensPerDocument, request.Truncate, request.MaxTokensPerQuery, request.MaxChunksPerDocument ?? 1);
        if (request.Queries is null)
            return await scorer.ScoreAsync(http, model, request.Query, request.Documents, pairs);

        // All at once, so that they share one time limit.
        var groups = QueryGroups.Of(request);
        var parts = await Task.WhenAll(groups.Select(group => scorer.ScoreAsync(http, model, group.Request.Query, group.Request.Documents, pairs)));
        var scores = new PairScore[request.Documents.Count];
        for (var g = 0; g < parts.Length; g++)
        {
            for (var i = 0; i < parts[g].Length; i++)
                scores[groups[g].PlaceOf(i)] = parts[g][i];
        }

        return scores;
    }
}
