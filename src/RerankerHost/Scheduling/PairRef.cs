namespace Rerank.RerankerHost.Scheduling;

/// <summary>One pair of one request.</summary>
internal readonly record struct PairRef(ScoringJob Job, int Pair);
