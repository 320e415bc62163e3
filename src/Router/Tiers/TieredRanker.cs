using System.Diagnostics;
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
    /// <exception cref="RankingException">There is no answer: too few tiers gave scores.</exception>
    /// <exception cref="RequestException">There is no answer for a reason that is in the request.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<RankingOutcome> RankAsync(
        HttpContext context, ServingArm arm, RankingSubject subject, Deadline deadline, CancellationToken cancellationToken)
    {
        var climb = new Climb(arm, subject);
        if (arm.Cache is { } cache)
        {
            var started = time.GetTimestamp();
            var complete = climb.TryFinishFromCache();
            climb.Time(cache.Name, time.GetElapsedTime(started));
            if (complete)
            {
                metrics.CacheLookedUp(arm.Tiers[^1].Name, hits: climb.Subject.Passages.Count, misses: 0);
                return climb.Finish(null);
            }
        }

        var documents = new int[subject.Request.Documents.Count];
        for (var i = 0; i < documents.Length; i++)
            documents[i] = i;

        ScoreFailure? failure = null;
        for (var tier = 0; tier < arm.Tiers.Count && documents.Length > 0; tier++)
        {
            var last = tier == arm.Tiers.Count - 1;
            if (tier > 0)
                climb.Escalated(documents.Length);

            failure = await AskAsync(context, arm, tier, climb, documents, last ? deadline : deadline.Half(), cancellationToken);
            if (failure is null && !last)
                documents = climb.Escalate(tier, documents);
        }

        return climb.Finish(failure);
    }

    private async Task<ScoreFailure?> AskAsync(
        HttpContext context, ServingArm arm, int place, Climb climb, int[] documents, Deadline deadline, CancellationToken cancellationToken)
    {
        var tier = arm.Tiers[place];
        var slots = climb.SlotsOf(documents);
        var started = time.GetTimestamp();
        using var span = RouterTraces.Tier(tier.Name, arm.Revision, slots.Length);
        var scores = await scorer.ScoreAsync(new TierQuestion(context, tier, climb.Subject, slots, deadline), arm.Cache, cancellationToken);
        var duration = time.GetElapsedTime(started);
        climb.Time(tier.Name, duration);
        if (scores.FromModel)
            metrics.TierAsked(tier.Name, arm.Revision, scores.Failure?.Reason ?? "ok", duration);

        if (scores.Failure is { } failure)
        {
            Log.TierFailed(logger, tier.Name, failure.Reason, failure.Message);
            span?.SetStatus(ActivityStatusCode.Error, failure.Reason);
            climb.Failed(failure);
            return failure;
        }

        climb.Take(place, slots, scores);
        return null;
    }
}
