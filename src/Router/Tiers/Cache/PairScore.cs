namespace Rerank.Router.Tiers.Cache;

/// <summary>What one model says of one pair.</summary>
/// <param name="Tokens">That it was fed.</param>
/// <param name="TotalTokens">Of the whole texts; 0: a host of an earlier version, which didn't say.</param>
internal readonly record struct PairScore(float Logit, int Tokens, bool Truncated, int TotalTokens);
