namespace Rerank.Router.Tiers.Cache;

/// <summary>Scores by pair, kept from one request to the next: wherever they are, many at once are asked for and put there.</summary>
internal interface IPairScores
{
    /// <summary>Looks all keys up.</summary>
    /// <param name="scores">By key; of what isn't there, or is too old, nothing.</param>
    /// <param name="sources">By key: <see cref="ScoreSource.Cache"/> for what was found.</param>
    ValueTask GetManyAsync(ReadOnlyMemory<PairKey> keys, int ttlSeconds, Memory<PairScore> scores, Memory<ScoreSource> sources, CancellationToken cancellationToken);

    ValueTask SetManyAsync(IReadOnlyList<KeyValuePair<PairKey, PairScore>> scores, CancellationToken cancellationToken);
}
