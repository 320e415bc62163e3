using System.Diagnostics;
using Rerank.Dialects;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Telemetry;

namespace Rerank.Router.Tiers;

/// <summary>
/// Cache, small model, full model: every tier scores what the one before it hands on. A tier that is broken hands on all that it was given,
/// so that a small model that is down costs money and no quality. One that has too much to do, or is late, hands on as much as it usually does: the load of all its requests
/// would take the next tier down too. When the last one can't answer, the failure policy decides.
/// </summary>
internal sealed class TieredRanker(TierScorer scorer, RouterMetrics metrics, TimeProvider time, ILogger<TieredRanker> logger)
{
    /// <exception cref="RankingException">There is no answer: too few tiers gave scores.</exception>
    /// <exception cref="RequestException">There is no answer for a reason that is in the request.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<RankingOutcome> RankAsync(
        RequestOrigin origin, ServingArm arm, RankingSubject subject, Deadline deadline, CancellationToken cancellationToken)
    {
        var ranking = new TieredRanking(arm, subject);
        if (arm.Cache is { } cache)
        {
            var started = time.GetTimestamp();
            var complete = await ranking.TryFinishFromCacheAsync(cancellationToken);
            ranking.Time(cache.Name, time.GetElapsedTime(started));
            if (complete)
            {
                metrics.CacheLookedUp(arm.Tiers[^1].Name, hits: ranking.Subject.PassageCount, misses: 0);
                return await FinishAsync(arm, ranking, null);
            }
        }

        var documents = new int[subject.Request.Documents.Count];
        for (var i = 0; i < documents.Length; i++)
            documents[i] = i;

        ScoreFailure? failure = null, shed = null;
        for (var tier = 0; tier < arm.Tiers.Count && documents.Length > 0; tier++)
        {
            var last = tier == arm.Tiers.Count - 1;
            if (tier > 0)
                ranking.Escalated(documents.Length);

            failure = await AskAsync(origin, arm, tier, ranking, documents, last ? deadline : deadline.Half(), cancellationToken);
            if (last)
                break;
            if (failure is null)
            {
                documents = ranking.Escalate(tier, documents);
                continue;
            }

            if (!failure.IsOverload || ranking.Shed(tier, documents) is not { } some || some.Length == documents.Length)
                continue;
            if (!ranking.MayDegrade())
                throw ranking.Failure(failure);
            (documents, shed) = (some, failure);
        }

        return await FinishAsync(arm, ranking, failure ?? shed);
    }

    private static async ValueTask<RankingOutcome> FinishAsync(ServingArm arm, TieredRanking ranking, ScoreFailure? failure)
    {
        try
        {
            return ranking.Finish(failure);
        }
        catch (RequestException e) when (e is not RankingException)
        {
            // A caller whose request is refused for its texts asks again, and is refused again: for nothing, if the cache has the scores.
            await arm.RememberAsync(ranking.Fresh);
            throw;
        }
    }

    private async Task<ScoreFailure?> AskAsync(
        RequestOrigin origin, ServingArm arm, int place, TieredRanking ranking, int[] documents, Deadline deadline, CancellationToken cancellationToken)
    {
        var tier = arm.Tiers[place];
        var slots = ranking.SlotsOf(documents);
        var started = time.GetTimestamp();
        using var span = RouterTraces.Tier(tier.Name, arm.Revision, slots.Length);
        var scores = await scorer.ScoreAsync(new TierQuestion(origin, tier, ranking.Subject, slots, deadline), arm.Cache, cancellationToken);
        var duration = time.GetElapsedTime(started);
        ranking.Time(tier.Name, duration);
        if (scores.FromModel)
            metrics.TierAsked(tier.Name, arm.Revision, scores.Failure?.Reason ?? "ok", duration);

        if (scores.Failure is { } failure)
        {
            Log.TierFailed(logger, tier.Name, failure.Reason, failure.Message);
            span?.SetStatus(ActivityStatusCode.Error, failure.Reason);
            ranking.Failed(failure);
            return failure;
        }

        ranking.Take(place, slots, scores);
        return null;
    }
}
