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
        var gathered = new Gathered(question.Slots.Length);
        var all = Enumerable.Range(0, question.Slots.Length).ToList();
        if (cache is null)
        {
            var answer = await AskAsync(question, all, gathered, cancellationToken);
            return new TierScores(gathered.Scores, gathered.IsComputed, answer.Failure, FromModel: true, answer.Asked, answer.Waited, []);
        }

        var origins = cache.Pairs.Origins;
        var digest = question.Tier.Model.Digest;
        var keys = question.Subject.Keys(origins.NameOf(digest));
        var misses = all.FindAll(i => !cache.Pairs.TryGet(keys[question.Slots[i]], cache.TtlSeconds, out gathered.Scores[i]));
        metrics.CacheLookedUp(question.Tier.Name, hits: all.Count - misses.Count, misses.Count);
        if (misses.Count == 0)
            return new TierScores(gathered.Scores, gathered.IsComputed, null, FromModel: false, Asked: 0, TimeSpan.Zero, []);

        var (failure, asked, waited) = await AskOnceAsync(question, keys, misses, gathered, isAgain: false, cancellationToken);
        return new TierScores(gathered.Scores, gathered.IsComputed, failure, FromModel: true, asked, waited, failure is null ? Fresh() : []);

        // By what did compute them, which may be something else than was looked up.
        KeyValuePair<PairKey, PairScore>[] Fresh() =>
            [.. misses.Select(i => KeyValuePair.Create(question.Subject.Keys(origins.Learn(digest, gathered.ScoredBy[i]))[question.Slots[i]], gathered.Scores[i]))];
    }

    /// <summary>Asks for those pairs that nobody else asks for, and waits for the others.</summary>
    private async Task<Asking> AskOnceAsync(
        TierQuestion question, PairKey[] keys, List<int> misses, Gathered gathered, bool isAgain, CancellationToken cancellationToken)
    {
        var (cluster, priority) = (question.Tier.Cluster.ClusterId, question.Subject.Request.Priority);
        var mine = new List<int>(misses.Count);
        var asked = mine;
        List<(int Index, Task<ScoredPair?> Score)> others = [];
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
        var own = default(Asking);
        var landed = false;
        try
        {
            if (asked.Count > 0)
                own = await AskAsync(question, asked, gathered, cancellationToken);
            landed = own.Failure is null;
        }
        finally
        {
            foreach (var i in mine)
                flights.End(cluster, keys[question.Slots[i]], landed ? new ScoredPair(gathered.Scores[i], gathered.ScoredBy[i]) : null);
        }

        if (!landed || others.Count == 0)
            return own;

        var missing = await JoinAsync(question, others, gathered, cancellationToken);
        if (missing.Count == 0)
            return own;

        // Of those that waited in vain for the same pair, one asks and the others wait once more.
        var joined = isAgain
            ? await AskAsync(question, missing, gathered, cancellationToken)
            : await AskOnceAsync(question, keys, missing, gathered, isAgain: true, cancellationToken);
        return new Asking(joined.Failure, own.Asked + joined.Asked, own.Waited + joined.Waited);
    }

    /// <summary>
    /// Takes what others got, and waits for half of its own time at most: their failure, or their hosts that hang, must not be this request's.
    /// </summary>
    /// <returns>What they didn't get.</returns>
    private static async Task<List<int>> JoinAsync(
        TierQuestion question, List<(int Index, Task<ScoredPair?> Score)> others, Gathered gathered, CancellationToken cancellationToken)
    {
        using var timeout = question.Deadline.Half().CreateTimeout();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var missing = new List<int>();
        foreach (var (index, flight) in others)
        {
            // Without WaitAsync's exception, which would be thrown for every pair that comes late.
            await ((Task)flight.WaitAsync(either.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (flight.IsCompletedSuccessfully && await flight is { } scored)
                (gathered.Scores[index], gathered.ScoredBy[index]) = (scored.Score, scored.ScoredBy);
            else
                missing.Add(index);
        }

        return missing;
    }

    private async Task<Asking> AskAsync(TierQuestion question, List<int> indices, Gathered gathered, CancellationToken cancellationToken)
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
        var (answer, failure) = await client.ScoreAsync(question.Origin, question.Tier.Cluster, request, question.Deadline, cancellationToken);
        if (failure is { Passage: { } passage } && passage >= 0 && passage < indices.Count)
            failure = failure.AboutDocument(question.Subject.PlaceOf(question.Slots[indices[passage]]));
        if (answer is null)
            return new Asking(failure, indices.Count, TimeSpan.Zero);

        for (var i = 0; i < passages.Length; i++)
        {
            gathered.Scores[indices[i]] = new PairScore(answer.Logits[i], answer.Tokens[i], answer.Truncated[i], answer.TotalTokens?[i] ?? 0);
            gathered.IsComputed[indices[i]] = true;
            gathered.ScoredBy[indices[i]] = answer.ScoredBy;
        }

        metrics.PairsScored(question.Tier.Name, passages.Length);
        return new Asking(null, indices.Count, TimeSpan.FromMilliseconds(answer.WaitedMilliseconds));
    }

    /// <summary>In the order of the question: scores, whether this request had them computed, and by what they were, where that isn't the cache's doing.</summary>
    private sealed class Gathered(int count)
    {
        public PairScore[] Scores { get; } = new PairScore[count];

        public bool[] IsComputed { get; } = new bool[count];

        public string?[] ScoredBy { get; } = new string?[count];
    }

    /// <summary>What came of asking hosts.</summary>
    /// <param name="Asked">Pairs that they were asked for.</param>
    /// <param name="Waited">How long they did other work instead.</param>
    private readonly record struct Asking(ScoreFailure? Failure, int Asked, TimeSpan Waited);
}
