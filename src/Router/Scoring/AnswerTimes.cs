using System.Numerics;

namespace Rerank.Router.Scoring;

/// <summary>
/// How long a cluster's answers took of late, by the number of pairs asked about: those of one power of two are one kind, since a request with a thousand pairs takes long without being late.
/// </summary>
internal sealed class AnswerTimes
{
    /// <summary>Fewer answers of a kind say nothing.</summary>
    public const int Fewest = 32;

    private const int Kept = 128;

    // Sorting costs some microseconds, and a quantile of a hundred doesn't change with one.
    private const int SortedEvery = 16;

    private readonly Kind?[] _kinds = new Kind?[32];

    public void Add(int pairs, TimeSpan took)
    {
        var kind = Volatile.Read(ref _kinds[PlaceOf(pairs)]) ?? Interlocked.CompareExchange(ref _kinds[PlaceOf(pairs)], new Kind(), null) ?? _kinds[PlaceOf(pairs)]!;
        kind.Add(took);
    }

    /// <summary>The time in which that percentage of answers about so many pairs came; null when too few did.</summary>
    public TimeSpan? Percentile(int pairs, int percentile) => Volatile.Read(ref _kinds[PlaceOf(pairs)])?.Percentile(percentile);

    private static int PlaceOf(int pairs) => BitOperations.Log2((uint)Math.Max(1, pairs));

    private sealed class Kind
    {
        private readonly Lock _gate = new();
        private readonly TimeSpan[] _last = new TimeSpan[Kept];
        private TimeSpan[] _sorted = [];
        private int _count;

        public void Add(TimeSpan took)
        {
            lock (_gate)
            {
                _last[_count++ % Kept] = took;
                if (_count >= Fewest && _count % SortedEvery == 0)
                {
                    var sorted = _last[..Math.Min(_count, Kept)];
                    Array.Sort(sorted);
                    Volatile.Write(ref _sorted, sorted);
                }

                // Only the rest by which the ring goes round matters from here on.
                if (_count >= 2 * Kept)
                    _count -= Kept;
            }
        }

        public TimeSpan? Percentile(int percentile)
        {
            var sorted = Volatile.Read(ref _sorted);
            return sorted.Length == 0 ? null : sorted[Math.Min(sorted.Length - 1, sorted.Length * percentile / 100)];
        }
    }
}
