using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tiers;

/// <summary>What a tier is asked.</summary>
/// <param name="Slots">Which of the subject's passages, each once.</param>
internal sealed record TierQuestion(RequestOrigin Origin, ServingTier Tier, RankingSubject Subject, int[] Slots, Deadline Deadline);

/// <param name="Scores">In the order of the question; right only without a failure.</param>
/// <param name="IsComputed">Whether a host computed it for this request: no cache had it, and no other request in flight.</param>
/// <param name="Asked">How many of them a model was asked for; the others came from the cache or another request's question.</param>
/// <param name="Waited">How long hosts did other requests' work instead.</param>
/// <param name="New">What was not in the cache.</param>
internal sealed record TierScores(
    PairScore[] Scores, bool[] IsComputed, ScoreFailure? Failure, bool FromModel, int Asked, TimeSpan Waited, IReadOnlyList<KeyValuePair<PairKey, PairScore>> New);
