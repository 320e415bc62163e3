using Rerank.Dialects;
using Rerank.Router.Scoring;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tiers;

/// <summary>A request's answer, before its dialect writes it, and what it took to get it.</summary>
internal sealed record RankingOutcome
{
    public required RankedDocument[] Results { get; init; }

    /// <summary>The tier that decided: the highest whose model was asked, the cache when none was, <c>none</c> when nothing could be.</summary>
    public required string Tier { get; init; }

    public required string Model { get; init; }

    /// <summary>Why a tier that should have decided didn't; null when it did.</summary>
    public ScoreFailure? Failure { get; init; }

    /// <summary>The same in a word.</summary>
    public string? Degraded => Failure?.Reason;

    /// <summary>Whether it is the documents in the order of the request.</summary>
    public bool NoTierAnswered => Tier == TieredRanking.NoTier;

    /// <summary>Tokens of query and document, over all documents, as the model read them that decided about each: what the request is, whatever it took.</summary>
    public int Tokens { get; init; }

    /// <summary>Those of them that a cache had, or another request in flight.</summary>
    public int ReusedTokens { get; init; }

    /// <summary>Tokens that models were fed for it, those of lower tiers included.</summary>
    public int TokensFed { get; init; }

    /// <summary>Documents that went beyond the first model.</summary>
    public int Escalated { get; init; }

    /// <summary>The whole ranking, whatever number of results was asked for.</summary>
    public required Judgement Judgement { get; init; }

    /// <summary>Pairs that models were asked about for it.</summary>
    public int PairsScored { get; init; }

    /// <summary>Whether a score came from the cache, or from another request's question.</summary>
    public bool Reused { get; init; }

    /// <summary>Whether a model gave scores that aren't finite; another tier decided then.</summary>
    public bool InvalidScores { get; init; }

    /// <summary>How long hosts did other requests' work instead.</summary>
    public TimeSpan Waited { get; init; }

    public required IReadOnlyList<TierTiming> Timings { get; init; }

    /// <summary>What to put into the cache when the answer is sent: each score is right, also where the ranking is less than it should be.</summary>
    public IReadOnlyList<KeyValuePair<PairKey, PairScore>> New { get; init; } = [];
}

internal readonly record struct TierTiming(string Name, TimeSpan Duration);
