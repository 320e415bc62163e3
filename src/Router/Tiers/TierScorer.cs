using Rerank.Contracts.Scoring;
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
        var scores = new PairScore[question.Slots.Length];
        var all = Enumerable.Range(0, scores.Length).ToList();
        if (cache is null)
        {
            var answer = await AskAsync(question, all, scores, cancellationToken);
            return new TierScores(scores, answer.Failure, FromModel: true, answer.Asked, TokensOf(all, scores), answer.Waited, []);
        }

        var origins = cache.Pairs.Origins;
        var digest = question.Tier.Model.Digest;
        var keys = question.Subject.Keys(origins.NameOf(digest));
        var misses = all.FindAll(i => !cache.Pairs.TryGet(keys[question.Slots[i]], cache.TtlSeconds, out scores[i]));
        metrics.CacheLookedUp(question.Tier.Name, hits: scores.Length - misses.Count, misses.Count);
        if (misses.Count == 0)
            return new TierScores(scores, null, FromModel: false, Asked: 0, TokensFed: 0, TimeSpan.Zero, []);

        var scoredBy = new string?[scores.Length];
        var (failure, asked, waited) = await AskOnceAsync(question, keys, misses, scores, scoredBy, cancellationToken);
        return new TierScores(scores, failure, FromModel: true, asked, TokensOf(misses, scores), waited, failure is null ? Fresh() : []);

        // By what did compute them, which may be something else than was looked up.
        KeyValuePair<PairKey, PairScore>[] Fresh() =>
            [.. misses.Select(i => KeyValuePair.Create(question.Subject.Keys(origins.Learn(digest, scoredBy[i]))[question.Slots[i]], scores[i]))];
    }

    private static int TokensOf(List<int> indices, PairScore[] scores)
    {
        var tokens = 0;
        foreach (var i in indices)
            tokens += scores[i].Tokens;
        return tokens;
    }

    /// <summary>Asks for those pairs that nobody else asks for, and waits for the others.</summary>
    private async Task<Asking> AskOnceAsync(
        TierQuestion question, PairKey[] keys, List<int> misses, PairScore[] scores, string?[] scoredBy, CancellationToken cancellationToken)
    {
        // What can wait mustn't keep others waiting: a host that has the same pair from both runs it once, for the more urgent of them.
        if (question.Subject.Request.Priority > 0)
            return await AskAsync(question, misses, scores, cancellationToken, scoredBy);

        var mine = new List<int>(misses.Count);
        List<(int Index, Task<ScoredPair?> Score)> others = [];
        foreach (var i in misses)
        {
            if (flights.Begin(keys[question.Slots[i]]) is { } flight)
                others.Add((i, flight));
            else
                mine.Add(i);
        }

        var own = default(Asking);
        var landed = false;
        try
        {
            if (mine.Count > 0)
                own = await AskAsync(question, mine, scores, cancellationToken, scoredBy);
            landed = own.Failure is null;
        }
        finally
        {
            foreach (var i in mine)
                flights.End(keys[question.Slots[i]], landed ? new ScoredPair(scores[i], scoredBy[i]) : null);
        }

        if (!landed || others.Count == 0)
            return own;

        var joined = await JoinAsync(question, others, scores, scoredBy, cancellationToken);
        return new Asking(joined.Failure, own.Asked + joined.Asked, own.Waited + joined.Waited);
    }

    /// <summary>Takes what others got. What they failed to get is asked for here: their failure may have been a shorter deadline.</summary>
    private async Task<Asking> JoinAsync(
        TierQuestion question, List<(int Index, Task<ScoredPair?> Score)> others, PairScore[] scores, string?[] scoredBy, CancellationToken cancellationToken)
    {
        using var timeout = question.Deadline.CreateTimeout();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var missing = new List<int>();
        foreach (var (index, flight) in others)
        {
            try
            {
                if (await flight.WaitAsync(either.Token) is { } scored)
                    (scores[index], scoredBy[index]) = (scored.Score, scored.ScoredBy);
                else
                    missing.Add(index);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return new Asking(ScoreClient.OutOfTime(question.Tier.Cluster), missing.Count, TimeSpan.Zero);
            }
        }

        return missing.Count == 0 ? default : await AskAsync(question, missing, scores, cancellationToken, scoredBy);
    }

    /// <param name="scoredBy">Where to say for each score what computed it; null: nowhere.</param>
    private async Task<Asking> AskAsync(TierQuestion question, List<int> indices, PairScore[] scores, CancellationToken cancellationToken, string?[]? scoredBy = null)
    {
        var passages = new string[indices.Count];
        for (var i = 0; i < passages.Length; i++)
            passages[i] = question.Subject.Passages[question.Slots[indices[i]]];

        var request = new ScoreRequest
        {
            Digest = question.Tier.Model.Digest,
            Query = question.Subject.Request.Query,
            Passages = passages,
            MaxTokensPerPassage = question.Subject.Request.MaxTokensPerDocument,
            MaxTokensPerQuery = question.Subject.Request.MaxTokensPerQuery,
            MaxChunksPerPassage = question.Subject.Request.MaxChunksPerDocument,
            Priority = question.Subject.Request.Priority == 0 ? null : question.Subject.Request.Priority,
            TotalTokens = true,
        };
        var (answer, failure) = await client.ScoreAsync(question.Context, question.Tier.Cluster, request, question.Deadline, cancellationToken);
        if (answer is null)
            return new Asking(failure, indices.Count, TimeSpan.Zero);

        for (var i = 0; i < passages.Length; i++)
            scores[indices[i]] = new PairScore(answer.Logits[i], answer.Tokens[i], answer.Truncated[i], answer.TotalTokens?[i] ?? 0);
        foreach (var i in scoredBy is null ? [] : indices)
            scoredBy![i] = answer.ScoredBy;
        metrics.PairsScored(question.Tier.Name, passages.Length);
        return new Asking(null, indices.Count, TimeSpan.FromMilliseconds(answer.WaitedMilliseconds));
    }

    /// <summary>What came of asking hosts.</summary>
    /// <param name="Asked">Pairs that they were asked for.</param>
    /// <param name="Waited">How long they did other work instead.</param>
    private readonly record struct Asking(ScoreFailure? Failure, int Asked, TimeSpan Waited);
}
