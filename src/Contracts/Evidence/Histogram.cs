using System.Collections.ObjectModel;

namespace Rerank.Contracts.Evidence;

/// <summary>How many values fell into which bucket; buckets without any are absent. <see cref="Buckets"/> says what a bucket is.</summary>
public sealed record Histogram(IReadOnlyDictionary<int, long> Counts)
{
    public static Histogram Empty { get; } = new(ReadOnlyDictionary<int, long>.Empty);
}
