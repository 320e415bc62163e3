using Rerank.Dialects;
using Rerank.Http;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Telemetry;

namespace Rerank.RerankerHost.Serving;

/// <summary>Scores the pairs of one request, within its limit of time.</summary>
internal sealed class PairScorer(HostMetrics metrics, ILogger<PairScorer> logger)
{
    /// <exception cref="RequestException">It can't be answered.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<PairScore[]> ScoreAsync(RequestBudget budget, ModelLease model, string query, IReadOnlyList<string> passages, PairOptions pairs) =>
        (await ScoreAsync(budget, model, [new QueryPassages(query, passages)], pairs))[0];

    /// <summary>The same for several queries, which share one limit of time and are taken or refused together.</summary>
    /// <exception cref="RequestException">It can't be answered.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<PairScore[][]> ScoreAsync(RequestBudget budget, ModelLease model, IReadOnlyList<QueryPassages> queries, PairOptions pairs)
    {
        try
        {
            var scores = await model.Encoder.ScoreAsync(queries, pairs with { TimeLeft = budget.TimeLeft, HoldMemory = budget.HoldMore }, budget.Token);
            foreach (var ofQuery in scores)
                metrics.Scored(model.Name, ofQuery);
            return scores;
        }
        catch (OperationCanceledException) when (budget.IsLate)
        {
            throw new RequestException(RequestErrorKind.DeadlineExceeded, $"not done within {budget.Timeout.TotalMilliseconds:0} ms");
        }
        catch (InputTooLongException e)
        {
            throw new RequestException(new RequestError(RequestErrorKind.Invalid, e.Message) { Document = e.Index }, e);
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
}
