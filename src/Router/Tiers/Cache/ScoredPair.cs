namespace Rerank.Router.Tiers.Cache;

/// <summary>A score and what computed it.</summary>
/// <param name="ScoredBy">Null: a host of an earlier version, which doesn't say.</param>
internal readonly record struct ScoredPair(PairScore Score, string? ScoredBy);
