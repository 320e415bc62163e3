namespace Rerank.Evaluation;

/// <summary>How one run compares with another on the same queries.</summary>
/// <param name="Queries">How many there are.</param>
/// <param name="Difference">Mean of the run less mean of the baseline.</param>
/// <param name="Low">Lower end of the 95 % interval of the difference.</param>
/// <param name="High">Upper end.</param>
/// <param name="P">Two-sided: how often chance alone gives a difference as large.</param>
/// <remarks>
/// Differences are paired by query. The interval is a percentile bootstrap over queries, the test flips the signs of differences (Fisher's randomization test, as Smucker, Allan and
/// Carterette 2007 recommend). Both draw from a generator with a fixed seed, so that the same files give the same numbers.
/// </remarks>
public sealed record PairedComparison(int Queries, double Difference, double Low, double High, double P)
{
    /// <summary>Below this, neither interval nor test is to be relied on.</summary>
    public const int FewestQueries = 30;

    private const int Draws = 10_000;
    private const int Seed = 20_261_201;
    private const double Tail = 0.025;

    public bool IsTooFew => Queries < FewestQueries;

    /// <param name="values">Of the run, by query.</param>
    /// <param name="baseline">Of the same queries, in the same order.</param>
    public static PairedComparison Of(IReadOnlyList<double> values, IReadOnlyList<double> baseline)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(baseline);
        if (values.Count != baseline.Count)
            throw new ArgumentException($"{values.Count} values can't be paired with {baseline.Count}", nameof(baseline));
        if (values.Count == 0)
            return new(0, 0, 0, 0, 1);
        var differences = values.Zip(baseline, (value, other) => value - other).ToArray();
        var mean = differences.Average();
        var random = new Random(Seed);
        var (low, high) = Bootstrap(differences, random);
        return new(differences.Length, mean, low, high, Randomization(differences, mean, random));
    }

    /// <summary>Holm's step-down correction, for several comparisons that are looked at together.</summary>
    /// <returns>In the same order.</returns>
    public static IReadOnlyList<double> Holm(IReadOnlyList<double> p)
    {
        ArgumentNullException.ThrowIfNull(p);
        var corrected = new double[p.Count];
        var largest = 0.0;
        foreach (var (index, rank) in Enumerable.Range(0, p.Count).OrderBy(i => p[i]).Select((index, rank) => (index, rank)))
        {
            largest = Math.Max(largest, Math.Min(1, p[index] * (p.Count - rank)));
            corrected[index] = largest;
        }

        return corrected;
    }

    private static (double Low, double High) Bootstrap(double[] differences, Random random)
    {
        var means = new double[Draws];
        for (var draw = 0; draw < Draws; draw++)
        {
            var sum = 0.0;
            for (var i = 0; i < differences.Length; i++)
                sum += differences[random.Next(differences.Length)];
            means[draw] = sum / differences.Length;
        }

        Array.Sort(means);
        return (means[(int)(Tail * Draws)], means[(int)((1 - Tail) * Draws) - 1]);
    }

    private static double Randomization(double[] differences, double mean, Random random)
    {
        // What differs by rounding only is as large.
        var observed = Math.Abs(mean) * (1 - 1e-12);
        var asLarge = 0;
        for (var draw = 0; draw < Draws; draw++)
        {
            var (sum, bits) = (0.0, 0L);
            for (var i = 0; i < differences.Length; i++)
            {
                if (i % 62 == 0)
                    bits = random.NextInt64();
                sum += (bits & 1) == 0 ? differences[i] : -differences[i];
                bits >>= 1;
            }

            if (Math.Abs(sum / differences.Length) >= observed)
                asLarge++;
        }

        return (asLarge + 1.0) / (Draws + 1);
    }
}
