namespace Rerank.Router.Tiers.Cache;

/// <summary>What one model says of one pair.</summary>
internal readonly record struct PairScore(float Logit, int Tokens, bool Truncated);
