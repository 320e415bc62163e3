using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Telemetry;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tiers;

/// <summary>Gets one tier's scores: from the cache, from another request that has the same pair scored right now, or from the tier's hosts.</summary>
internal sealed class TierScorer(ScoreClient client, PairFlights flights, RouterMetrics metrics)
{
    public async Task<TierScores> ScoreAsync(TierQuestion question, ServingCache? cache, CancellationToken cancellationToken)
    {
        var scores = new TierScores(question.Slots.Length);
        if (cache is null)
        {
            scores.FromModel = true;
            await AskAsync(question, [.. Enumerable.Range(0, question.Slots.Length)], scores, cancellationToken);
            return scores;
        }

        var origins = cache.Pairs.Origins;
        var (digest, cluster) = (question.Tier.Model.Digest, question.Tier.Model.Cluster);
        var keys = question.Subject.Keys(origins.NameOf(digest, cluster));
        var misses = await LookUpAsync(question, cache, keys, scores, cancellationToken);
        metrics.CacheLookedUp(question.Tier.Name, hits: question.Slots.Length - misses.Count, misses.Count);
        if (misses.Count == 0)
            return scores;

        scores.FromModel = true;
        await AskOnceAsync(question, keys, misses, scores, isAgain: false, cancellationToken);
        if (scores.Failure is null)
            scores.New = [.. misses.Select(i => KeyValuePair.Create(KeyOf(i), scores.Scores[i]))];
        return scores;

        // By what did compute it, which may be something else than was looked up.
        PairKey KeyOf(int place) => question.Subject.Keys(origins.Learn(digest, cluster, scores.At(place).ScoredBy))[question.Slots[place]];
    }

    /// <returns>Places of what the cache doesn't have.</returns>
    private static async ValueTask<List<int>> LookUpAsync(TierQuestion question, ServingCache cache, PairKey[] keys, TierScores scores, CancellationToken cancellationToken)
    {
        var asked = question.Slots.Length == keys.Length ? keys : Array.ConvertAll(question.Slots, slot => keys[slot]);
        await cache.Pairs.GetManyAsync(asked, cache.TtlSeconds, scores.Scores, scores.Sources, cancellationToken);
        var misses = new List<int>();
        for (var i = 0; i < scores.Sources.Length; i++)
        {
            if (scores.Sources[i] == ScoreSource.None)
                misses.Add(i);
        }

        return misses;
    }

    /// <summary>Asks for those pairs that nobody else asks for, and waits for the others.</summary>
    private async Task AskOnceAsync(
        TierQuestion question, PairKey[] keys, List<int> misses, TierScores scores, bool isAgain, CancellationToken cancellationToken)
    {
        var (cluster, priority) = (question.Tier.Cluster.ClusterId, question.Subject.Request.Priority);
        var mine = new List<int>(misses.Count);
        var asked = mine;
        List<(int Place, Task<ScoredPair?> Score)> others = [];
        foreach (var i in misses)
        {
            var (isMine, flight) = flights.Begin(cluster, keys[question.Slots[i]], priority);
            if (flight is not null)
                others.Add((i, flight));
            else if (isMine)
                mine.Add(i);
            else
                (asked == mine ? asked = [] : asked).Add(i);
        }

        if (asked != mine)
            asked.AddRange(mine);
        var landed = false;
        try
        {
            if (asked.Count > 0)
                await AskAsync(question, asked, scores, cancellationToken);
            landed = scores.Failure is null;
        }
        finally
        {
            foreach (var i in mine)
                flights.End(cluster, keys[question.Slots[i]], landed ? scores.At(i) : null);
        }

        if (!landed || others.Count == 0)
            return;

        var missing = await JoinAsync(question, others, scores, cancellationToken);
        if (missing.Count == 0)
            return;

        // Of those that waited in vain for the same pair, one asks and the others wait once more.
        if (isAgain)
            await AskAsync(question, missing, scores, cancellationToken);
        else
            await AskOnceAsync(question, keys, missing, scores, isAgain: true, cancellationToken);
    }

    /// <summary>
    /// Takes what others got, and waits for half of its own time at most: their failure, or their hosts that hang, must not be this request's.
    /// </summary>
    /// <returns>Places of what they didn't get.</returns>
    private static async Task<List<int>> JoinAsync(
        TierQuestion question, List<(int Place, Task<ScoredPair?> Score)> others, TierScores scores, CancellationToken cancellationToken)
    {
        using var timeout = question.Deadline.Half().CreateTimeout();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var missing = new List<int>();
        foreach (var (place, flight) in others)
        {
            // Without WaitAsync's exception, which would be thrown for every pair that comes late.
            await ((Task)flight.WaitAsync(either.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (flight.IsCompletedSuccessfully && await flight is { } scored)
                scores.Set(place, scored.Score, ScoreSource.Flight, scored.ScoredBy);
            else
                missing.Add(place);
        }

        return missing;
    }

    private async Task AskAsync(TierQuestion question, List<int> places, TierScores scores, CancellationToken cancellationToken)
    {
        var call = new ScoreCall(question.Tier.Model.Digest, question.Subject, [.. places.Select(place => question.Slots[place])]);
        var (answer, failure) = await client.ScoreAsync(question.Origin, question.Tier, call, question.Deadline, cancellationToken);
        scores.Asked += places.Count;
        if (failure is { Passage: { } passage } && passage >= 0 && passage < places.Count)
            failure = failure.AboutDocument(question.Subject.PlaceOf(question.Slots[places[passage]]));
        if (answer is null)
        {
            scores.Failure = failure;
            return;
        }

        for (var i = 0; i < places.Count; i++)
            scores.Set(places[i], new PairScore(answer.Logits[i], answer.Tokens[i], answer.Truncated[i], answer.TotalTokens?[i] ?? 0), ScoreSource.Model, answer.ScoredBy);
        scores.Waited += TimeSpan.FromMilliseconds(answer.WaitedMilliseconds);
        metrics.PairsScored(question.Tier.Name, places.Count);
    }
}
