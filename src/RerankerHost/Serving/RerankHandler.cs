using System.Buffers;
using Rerank.Contracts.Dialects;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Telemetry;

namespace Rerank.RerankerHost.Serving;

/// <summary>Reranks a request of one dialect with one model.</summary>
internal sealed class RerankHandler(
    Dialect dialect,
    ServeOptions options,
    ModelRegistry models,
    PairScorer scorer,
    HostMetrics metrics,
    TimeProvider time,
    ILogger<RerankHandler> logger) : RequestHandler(dialect.Name, metrics, time, logger)
{
    protected override async Task AnswerAsync(HttpContext http, string requestId, PooledBuffer output)
    {
        var request = await ReadAsync(http);
        using var model = models.AcquireByName(request.Model);
        var pairs = new PairOptions(request.MaxTokensPerDocument, request.Truncate, request.MaxTokensPerQuery, request.MaxChunksPerDocument ?? 1);
        var scores = await scorer.ScoreAsync(http, model, request.Query, request.Documents, pairs);

        var tokens = 0;
        foreach (var score in scores)
            tokens += score.Tokens;
        dialect.WriteAnswer(output, request, new RerankAnswer
        {
            RequestId = requestId,
            Model = model.Name,
            Results = Ranking.Rank(scores, model.Encoder.Activation, request.RawScores, request.TopN),
            InputTokens = tokens,
        });
    }

    protected override int StatusOf(RequestErrorKind kind) => dialect.StatusOf(kind);

    protected override void WriteError(IBufferWriter<byte> output, RequestError error) => dialect.WriteError(output, error);

    private async Task<RerankRequest> ReadAsync(HttpContext http)
    {
        using var body = await RequestBody.ReadAsync(http, options.Limits.MaxBodyBytes);
        return dialect.Parse(body.Written, options.Limits);
    }
}
