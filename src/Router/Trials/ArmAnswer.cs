using Rerank.Router.Tiers;

namespace Rerank.Router.Trials;

/// <param name="Choice">The arm that answered, which isn't the one that was to when stable stepped in.</param>
/// <param name="Outcomes">By query; all of one arm, because scores of several can't be compared.</param>
internal sealed record ArmAnswer(ArmChoice Choice, IReadOnlyList<RankingOutcome> Outcomes);
