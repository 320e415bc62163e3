using Rerank.Contracts.Evidence;

namespace Rerank.Operator.Tests.Analysis.Statistics;

/// <summary>Runs of an experiment at which one looks all the time, from fixed seeds.</summary>
internal static class Peeking
{
    /// <summary>How many of the runs are wrong at any look.</summary>
    public static int CountWrong(int runs, Func<Random, bool> isEverWrong) => Enumerable.Range(0, runs).Count(seed => isEverWrong(new Random(seed)));

    /// <summary>The most wrong runs of a method with this chance of a wrong run that one in a million repetitions would exceed.</summary>
    public static double Limit(int runs, double alpha) => runs * alpha + 4.75 * Math.Sqrt(runs * alpha * (1 - alpha));

    public static Histogram Histogram(params IEnumerable<int> buckets) =>
        new(buckets.GroupBy(bucket => bucket).ToDictionary(group => group.Key, group => group.LongCount()));

    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
