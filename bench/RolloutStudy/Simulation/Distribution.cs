namespace Rerank.RolloutStudy.Simulation;

/// <summary>A distribution over buckets as 65,536 equally likely values.</summary>
internal sealed class Distribution
{
    private readonly int[] _values = new int[1 << 16];

    /// <param name="quantile">The bucket at each share in (0, 1); must rise.</param>
    public Distribution(Func<double, int> quantile)
    {
        for (var i = 0; i < _values.Length; i++)
            _values[i] = quantile((i + 0.5) / _values.Length);
    }

    /// <param name="weights">Chance of each bucket from 0; they add up to 1.</param>
    public Distribution(double[] weights)
    {
        var (bucket, upTo) = (0, weights[0]);
        for (var i = 0; i < _values.Length; i++)
        {
            while (bucket < weights.Length - 1 && (i + 0.5) / _values.Length > upTo)
                upTo += weights[++bucket];
            _values[i] = bucket;
        }
    }

    /// <param name="roll">From <see cref="Dice.Next"/>. The same one gives two distributions' values at the same quantile.</param>
    public int At(ulong roll) => _values[roll >> 48];
}
