namespace Rerank.Router.Trials;

/// <summary>Exact tail probabilities of counts.</summary>
internal static class Chance
{
    private const int Tabled = 32;

    private static readonly double[] Small = Table();

    /// <summary>
    /// Fisher's exact test, one-sided: the chance that of the bad requests of both arms at least as many are the candidate's, when which are bad has nothing to do with
    /// the arm. Hypergeometric, by the margins. Fisher, "Statistical Methods for Research Workers", 5th edition, 1934.
    /// </summary>
    public static double OfAsManyBad(int candidate, int candidateBad, int stable, int stableBad)
    {
        var bad = candidateBad + stableBad;
        var all = candidate + stable;
        var chance = Math.Exp(LogChoose(candidate, candidateBad) + LogChoose(stable, stableBad) - LogChoose(all, bad));
        var sum = 0.0;
        for (var (its, others) = (candidateBad, stableBad); ; its++, others--)
        {
            sum += chance;
            if (its >= candidate || others <= 0)
                return Math.Min(1, sum);
            chance *= (double)(candidate - its) / (its + 1) * others / (stable - others + 1);
        }
    }

    /// <summary>The smallest that <see cref="OfAsManyBad"/> can be for so many requests: all of the candidate's are bad and none of stable's.</summary>
    public static double Smallest(int candidate, int stable) => Math.Exp(-LogChoose(candidate + stable, candidate));

    /// <summary>The chance of at least so many bad ones of all, when each is bad with the given probability.</summary>
    public static double OfAtLeast(int bad, int all, double probability)
    {
        if (bad <= 0 || probability >= 1)
            return 1;
        if (probability <= 0)
            return 0;

        var chance = Math.Exp(LogChoose(all, bad) + bad * Math.Log(probability) + (all - bad) * Math.Log(1 - probability));
        var sum = 0.0;
        for (var count = bad; count <= all; count++)
        {
            sum += chance;
            chance *= (double)(all - count) / (count + 1) * probability / (1 - probability);
        }

        return Math.Min(1, sum);
    }

    private static double LogChoose(int all, int chosen) => LogFactorial(all) - LogFactorial(chosen) - LogFactorial(all - chosen);

    /// <summary>Stirling's series; its first terms are exact to the last digits from 32 on.</summary>
    private static double LogFactorial(int n)
    {
        if (n < Tabled)
            return Small[n];

        double x = n;
        return (x + 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x * x * x);
    }

    private static double[] Table()
    {
        var logs = new double[Tabled];
        for (var i = 2; i < Tabled; i++)
            logs[i] = logs[i - 1] + Math.Log(i);
        return logs;
    }
}
