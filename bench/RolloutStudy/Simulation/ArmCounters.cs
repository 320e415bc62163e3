using Rerank.Contracts.Evidence;

namespace Rerank.RolloutStudy.Simulation;

/// <summary>Counters of one arm, as a router keeps them.</summary>
internal sealed class ArmCounters
{
    private readonly long[] _latency = new long[Buckets.MaxLatency + 1];
    private readonly long[] _topScore = new long[Buckets.MaxLogit - Buckets.MinLogit + 1];

    public long Requests { get; private set; }

    public long Errors { get; private set; }

    /// <summary>Answers by latency bucket.</summary>
    public ReadOnlySpan<long> Latency => _latency;

    /// <param name="latency">Its bucket; null when there was no answer.</param>
    public void Answer(int? latency)
    {
        Requests++;
        if (latency is { } bucket)
            _latency[bucket]++;
        else
            Errors++;
    }

    public void Score(ArmModel model, ulong query) => _topScore[model.TopScore.At(query) - Buckets.MinLogit]++;

    public void Clear()
    {
        (Requests, Errors) = (0, 0);
        Array.Clear(_latency);
        Array.Clear(_topScore);
    }

    public ArmEvidence ToEvidence() => ArmEvidence.None with
    {
        Requests = Requests,
        Errors = Errors,
        Latency = ToHistogram(_latency, 0),
        TopScore = ToHistogram(_topScore, Buckets.MinLogit),
    };

    public static Histogram ToHistogram(long[] counts, int first)
    {
        var histogram = new Dictionary<int, long>();
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
                histogram.Add(first + i, counts[i]);
        }

        return new(histogram);
    }
}
