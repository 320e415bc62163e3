using Rerank.Contracts.Evidence;

namespace Rerank.Router.Trials;

/// <summary>A histogram that grows. Whoever has it sees to it that one thread at a time uses it.</summary>
internal sealed class Tally(int first, int last)
{
    private readonly long[] _counts = new long[last - first + 1];

    public void Add(int bucket, int count = 1) => _counts[bucket - first] += count;

    public Histogram ToHistogram()
    {
        var counts = new Dictionary<int, long>();
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] != 0)
                counts.Add(first + i, _counts[i]);
        }

        return new Histogram(counts);
    }
}
