using Rerank.Contracts.Dialects;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Telemetry;

namespace Rerank.Router.Tiers;

/// <summary>
/// Cache, small model, full model: every tier scores what the one before it hands on. A tier that can't answer hands on all that it was given,
/// so that a small model that is down costs money and no quality; when the last one can't, the failure policy decides.
/// </summary>
internal sealed class TieredRanker(TierScorer scorer, RouterMetrics metrics, TimeProvider time, ILogger<TieredRanker> logger)
{
    /// <param name="context">The caller's, for YARP's load balancing.</param>
    /// <exception cref="RequestException">There is no answer.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<RankingOutcome> RankAsync(
        HttpContext context, ServingTable table, RerankRequest request, Deadline deadline, CancellationToken cancellationToken)
    {
        var climb = new Climb(table, request);
        if (table.Cache is { } cache)
        {
            var started = time.GetTimestamp();
            var complete = climb.TryFinishFromCache();
            climb.Time(cache.Name, time.GetElapsedTime(started));
            if (complete)
            {
                metrics.CacheLookedUp(table.Tiers[^1].Name, hits: climb.Subject.Passages.Count, misses: 0);
                return climb.Finish(null);
            }
        }

        var documents = new int[request.Documents.Count];
        for (var i = 0; i < documents.Length; i++)
            documents[i] = i;

        ScoreFailure? failure = null;
        for (var tier = 0; tier < table.Tiers.Count && documents.Length > 0; tier++)
        {
            var last = tier == table.Tiers.Count - 1;
            if (tier > 0)
                climb.Escalated(documents.Length);

            failure = await AskAsync(context, table, tier, climb, documents, last ? deadline : deadline.Half(), cancellationToken);
            if (failure is null && !last)
                documents = climb.Escalate(tier, documents);
        }

        return climb.Finish(failure);
    }

    private async Task<ScoreFailure?> AskAsync(
        HttpContext context, ServingTable table, int place, Climb climb, int[] documents, Deadline deadline, CancellationToken cancellationToken)
    {
        var tier = table.Tiers[place];
        var slots = climb.SlotsOf(documents);
        var started = time.GetTimestamp();
        var scores = await scorer.ScoreAsync(new TierQuestion(context, tier, climb.Subject, slots, deadline), table.Cache, cancellationToken);
        var duration = time.GetElapsedTime(started);
        climb.Time(tier.Name, duration);
        if (scores.FromModel)
            metrics.TierAsked(tier.Name, table.Revision, scores.Failure?.Reason ?? "ok", duration);

        if (scores.Failure is { } failure)
        {
            Log.TierFailed(logger, tier.Name, failure.Reason, failure.Message);
            return failure;
        }

        climb.Take(place, slots, scores);
        return null;
    }
}
