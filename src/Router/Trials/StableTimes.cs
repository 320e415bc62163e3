using Rerank.Contracts.Evidence;

namespace Rerank.Router.Trials;

/// <summary>
/// How long stable's comparable answers of the last minutes took, older ones weighing less: thresholds for what is slow are taken from it. Any threshold is right that was
/// there before the requests that it judges; a recent one finds more. Its trial sees to it that one thread at a time uses it.
/// </summary>
internal sealed class StableTimes
{
    /// <summary>Fewer say nothing about a quantile.</summary>
    private const double Fewest = 100;

    /// <summary>With as many, old ones aren't needed.</summary>
    private const double Plenty = 2000;

    private static readonly TimeSpan ShortHalfLife = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongHalfLife = TimeSpan.FromMinutes(10);

    private readonly double[] _weights = new double[Buckets.MaxLatency + 1];
    private double _total;
    private TimeSpan _agedAt;

    public void Add(int bucket)
    {
        _weights[bucket]++;
        _total++;
    }

    public void Age(TimeSpan now)
    {
        var factor = Math.Pow(2, -(now - _agedAt) / (_total > Plenty ? ShortHalfLife : LongHalfLife));
        _agedAt = now;
        _total = 0;
        for (var i = 0; i < _weights.Length; i++)
            _total += _weights[i] *= factor;
    }

    /// <summary>The bucket that the quantile is in; null while too little is known.</summary>
    public int? Quantile(int permille)
    {
        if (_total < Fewest)
            return null;

        var wanted = _total * permille / 1000;
        var below = 0.0;
        for (var i = 0; i < _weights.Length; i++)
        {
            below += _weights[i];
            if (below >= wanted)
                return i;
        }

        return _weights.Length - 1;
    }
}
