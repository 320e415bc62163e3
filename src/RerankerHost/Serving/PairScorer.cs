using Rerank.Contracts.Dialects;
using Rerank.Contracts.Scoring;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Telemetry;

namespace Rerank.RerankerHost.Serving;

/// <summary>Scores the pairs of one request, within its limit of time.</summary>
internal sealed class PairScorer(LimitsInForce limits, HostMetrics metrics, TimeProvider time, ILogger<PairScorer> logger)
{
    /// <param name="placeOf">How the caller counts passages; null: as they are here.</param>
    /// <exception cref="RequestException">It can't be answered.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<PairScore[]> ScoreAsync(HttpContext http, ModelLease model, string query, IReadOnlyList<string> passages, PairOptions pairs, Func<int, int>? placeOf = null)
    {
        var timeout = TimeLeft(http.Request);
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, http.RequestAborted);
        try
        {
            var scores = await model.Encoder.ScoreAsync(query, passages, pairs with { TimeLeft = timeout }, either.Token);
            metrics.Scored(model.Name, scores);
            return scores;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            throw new RequestException(RequestErrorKind.DeadlineExceeded, $"not done within {timeout.TotalMilliseconds:0} ms");
        }
        catch (InputTooLongException e)
        {
            int? place = e.Index is { } index ? placeOf?.Invoke(index) ?? index : null;
            throw new RequestException(new RequestError(RequestErrorKind.Invalid, place is { } known ? e.Describe(known) : e.Message) { Document = place }, e);
        }
        catch (ModelFailedException e)
        {
            Log.ModelFailed(logger, model.Name, model.Digest, e);
            throw new RequestException(new RequestError(RequestErrorKind.Internal, $"model {model.Name} failed: {e.Message}") { InvalidScores = e.InvalidScores }, e);
        }
        catch (QueueFullException e)
        {
            throw new RequestException(new RequestError(RequestErrorKind.Overloaded, e.Message, e.RetryAfterSeconds), e);
        }
        catch (QueueClosedException e)
        {
            throw new RequestException(new RequestError(RequestErrorKind.Unavailable, e.Message, RetryAfterSeconds: 1), e);
        }
    }

    private TimeSpan TimeLeft(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(ScoreApi.TimeoutHeader, out var header))
            return limits.RequestTimeout;
        if (!int.TryParse(header, out var milliseconds))
            throw new RequestException(RequestErrorKind.Invalid, $"header {ScoreApi.TimeoutHeader}: not a number of milliseconds");
        if (milliseconds <= 0)
            throw new RequestException(RequestErrorKind.DeadlineExceeded, $"header {ScoreApi.TimeoutHeader}: no time is left");
        var left = TimeSpan.FromMilliseconds(milliseconds);
        return left < limits.RequestTimeout ? left : limits.RequestTimeout;
    }
}
