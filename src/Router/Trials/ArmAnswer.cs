using Rerank.Router.Tiers;

namespace Rerank.Router.Trials;

/// <param name="Choice">The arm that answered, which isn't the one that was to when stable stepped in.</param>
internal sealed record ArmAnswer(ArmChoice Choice, RankingOutcome Outcome);
