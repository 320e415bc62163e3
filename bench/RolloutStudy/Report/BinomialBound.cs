using Rerank.Operator.Analysis.Statistics;

namespace Rerank.RolloutStudy.Report;

/// <summary>Clopper-Pearson: the largest chance with which so few successes are not yet less likely than 5 %.</summary>
internal static class BinomialBound
{
    public static double Upper(int successes, int trials)
    {
        if (successes == trials)
            return 1;

        double low = (double)successes / trials, high = 1;
        for (var i = 0; i < 50; i++)
        {
            var middle = 0.5 * (low + high);
            if (AtMost(successes, trials, middle) >= 0.05)
                low = middle;
            else
                high = middle;
        }

        return high;
    }

    private static double AtMost(int successes, int trials, double chance) => Enumerable.Range(0, successes + 1).Sum(k => Math.Exp(
        k * Math.Log(chance) + (trials - k) * Math.Log(1 - chance) - LogGamma.Beta(k + 1, trials - k + 1) - Math.Log(trials + 1)));
}
