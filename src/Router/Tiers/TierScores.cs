using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tiers;

/// <summary>What a tier is asked.</summary>
/// <param name="Slots">Which of the subject's passages, each once.</param>
internal sealed record TierQuestion(RequestOrigin Origin, ServingTier Tier, RankingSubject Subject, int[] Slots, Deadline Deadline);

/// <summary>Where a score is from.</summary>
internal enum ScoreSource : byte
{
    None,

    Cache,

    /// <summary>Another request had the same pair in flight.</summary>
    Flight,

    /// <summary>A host computed it for this request.</summary>
    Model,
}

/// <summary>What a tier made of its question, in the question's order: scores and their provenance, or why there are none.</summary>
internal sealed class TierScores(int count)
{
    /// <summary>Right only without a failure.</summary>
    public PairScore[] Scores { get; } = new PairScore[count];

    public ScoreSource[] Sources { get; } = new ScoreSource[count];

    /// <summary>What computed them; null where that isn't known, and for all that the cache has.</summary>
    public string?[]? ScoredBy { get; private set; }

    public ScoreFailure? Failure { get; set; }

    /// <summary>Whether anything was asked of hosts, by this request or another one that it waited for.</summary>
    public bool FromModel { get; set; }

    /// <summary>Pairs that hosts were asked for by this request.</summary>
    public int Asked { get; set; }

    /// <summary>How long hosts did other requests' work instead.</summary>
    public TimeSpan Waited { get; set; }

    /// <summary>What was not in the cache.</summary>
    public IReadOnlyList<KeyValuePair<PairKey, PairScore>> New { get; set; } = [];

    public void Set(int place, in PairScore score, ScoreSource source, string? scoredBy)
    {
        Scores[place] = score;
        Sources[place] = source;
        (ScoredBy ??= new string?[Scores.Length])[place] = scoredBy;
    }

    public ScoredPair At(int place) => new(Scores[place], ScoredBy?[place]);
}
