using System.Buffers;
using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Scoring;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Telemetry;

namespace Rerank.RerankerHost.Serving;

/// <summary>The internal score API: raw logits of one model, picked by content.</summary>
internal sealed class ScoreHandler(
    LimitsInForce limits,
    RequestMemory memory,
    ModelRegistry models,
    PairScorer scorer,
    HostMetrics metrics,
    TimeProvider time,
    ILogger<ScoreHandler> logger) : RequestHandler(limits, memory, metrics, time, logger)
{
    protected override string Route => "score";

    protected override async Task AnswerAsync(HttpContext http, RequestBudget budget, string requestId, PooledBuffer output)
    {
        var request = await ReadAsync(http, budget);
        using var model = models.AcquireByDigest(request.Digest);
        var timings = new ScoreTimings();
        PairScore[] scores;
        using (var span = HostTraces.Score(model.Name, request.Passages.Count))
        {
            scores = await scorer.ScoreAsync(budget, model, request.Query, request.Passages, Options(request, timings));
            http.Response.Headers[ScoreApi.ScoredByHeader] = model.Encoder.ScoredBy;
            Report(http.Response, span, timings);
        }

        using var json = new Utf8JsonWriter(output);
        JsonSerializer.Serialize(json, Response(model.Digest, scores, timings, request.TotalTokens == true), WireJson.Default.ScoreResponse);
    }

    protected override int StatusOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.Malformed or RequestErrorKind.Empty or RequestErrorKind.Invalid => StatusCodes.Status400BadRequest,
        RequestErrorKind.MethodNotAllowed => StatusCodes.Status405MethodNotAllowed,
        RequestErrorKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RequestErrorKind.UnsupportedEncoding => StatusCodes.Status415UnsupportedMediaType,
        RequestErrorKind.ModelNotFound => StatusCodes.Status404NotFound,
        RequestErrorKind.Overloaded => StatusCodes.Status429TooManyRequests,
        RequestErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        RequestErrorKind.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };

    protected override void WriteError(IBufferWriter<byte> output, RequestError error)
    {
        var code = error.Kind switch
        {
            RequestErrorKind.Malformed or RequestErrorKind.Empty or RequestErrorKind.Invalid or RequestErrorKind.TooLarge or RequestErrorKind.UnsupportedEncoding or RequestErrorKind.MethodNotAllowed
                => ScoreErrorCode.InvalidRequest,
            RequestErrorKind.ModelNotFound => ScoreErrorCode.ModelNotFound,
            RequestErrorKind.Overloaded => ScoreErrorCode.Overloaded,
            RequestErrorKind.Unavailable => ScoreErrorCode.ModelNotReady,
            RequestErrorKind.DeadlineExceeded => ScoreErrorCode.DeadlineExceeded,
            _ => error.InvalidScores ? ScoreErrorCode.InvalidScores : ScoreErrorCode.ModelFailed,
        };
        using var json = new Utf8JsonWriter(output);
        JsonSerializer.Serialize(json, new ScoreError(code, error.Message) { Passage = error.Document }, WireJson.Default.ScoreError);
    }

    private async Task<ScoreRequest> ReadAsync(HttpContext http, RequestBudget budget)
    {
        using var body = await RequestBody.ReadAsync(http, ScoreApi.MostBodyBytes(Limits.MaxBodyBytes), budget);
        ScoreRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(body.Written.Span, WireJson.Default.ScoreRequest);
        }
        catch (JsonException e)
        {
            throw new RequestException(new RequestError(RequestErrorKind.Malformed, e.Message), e);
        }

        return Problem(request) is { } problem ? throw new RequestException(RequestErrorKind.Invalid, problem) : request!;
    }

    private string? Problem(ScoreRequest? request)
    {
        if (request is null)
            return "the body is null";
        if (request.Passages.Count == 0)
            return "passages: at least one is needed";
        if (request.Passages.Count > Limits.MaxDocuments)
            return $"passages: {request.Passages.Count} are more than the {Limits.MaxDocuments} allowed";
        if (request.Passages.Any(static p => p is null))
            return "passages: null is no passage";
        if (request.MaxTokensPerPassage < 1)
            return "maxTokensPerPassage: must be at least 1";
        if (request.MaxTokensPerQuery < 1)
            return "maxTokensPerQuery: must be at least 1";
        return request.MaxChunksPerPassage < 1 ? "maxChunksPerPassage: must be at least 1" : null;
    }

    private static PairOptions Options(ScoreRequest request, ScoreTimings timings) => new()
    {
        MaxTokensPerPassage = request.MaxTokensPerPassage,
        MaxTokensPerQuery = request.MaxTokensPerQuery,
        MaxChunksPerPassage = request.MaxChunksPerPassage ?? 1,
        Priority = request.Priority ?? 0,
        Timings = timings,
    };

    private static ScoreResponse Response(string digest, PairScore[] scores, ScoreTimings timings, bool withTotals)
    {
        var logits = new float[scores.Length];
        var tokens = new int[scores.Length];
        var truncated = new bool[scores.Length];
        for (var i = 0; i < scores.Length; i++)
            (logits[i], tokens[i], truncated[i], _) = scores[i];
        return new ScoreResponse
        {
            Digest = digest,
            Logits = logits,
            Tokens = tokens,
            Truncated = truncated,
            TotalTokens = withTotals ? Array.ConvertAll(scores, score => score.TotalTokens) : null,
            WaitedMilliseconds = timings.Waited.TotalMilliseconds,
        };
    }
}
