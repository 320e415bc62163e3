
namespace Rerank.Operator.Analysis.Statistics;

/// <summary>
/// Confidence sequence for the chance of success of Bernoulli trials, by the method of mixtures: the likelihood ratio of a mixture of chances to the true
/// chance is a martingale that begins at 1, so by Ville's inequality it ever reaches 1/alpha with probability alpha at most. The sequence has every
/// chance p for which it didn't: {p : m(s, f) / (p^s (1-p)^f) &lt; 1/alpha}, m being the beta-binomial marginal likelihood.
/// </summary>
/// <remarks>
/// H. Robbins, Statistical methods related to the law of the iterated logarithm, Ann. Math. Statist. 41 (1970); the beta-binomial form: Howard, Ramdas,
/// McAuliffe, Sekhon, Time-uniform, nonparametric, nonasymptotic confidence sequences, Ann. Statist. 49 (2021). It depends on the counts only,
/// and both bounds together have the error of one.
/// </remarks>
internal static class Proportion
{
    private const int MaxNewtonSteps = 40;

    /// <summary>Parameters of the two beta priors that are mixed in equal parts: Jeffreys', and one for what is rare, as errors are. Any prior is valid.</summary>
    private static readonly (double A, double B)[] Priors = [(0.5, 0.5), (0.5, 20)];

    /// <summary>ln B(a, b) of the priors, and the logarithm of their number.</summary>
    private static readonly double[] Normalizers = [.. Priors.Select(prior => LogGamma.Beta(prior.A, prior.B) + Math.Log(Priors.Length))];

    public static Interval Bounds(long successes, long trials, double alpha)
    {
        if (trials <= 0)
            return new(0, 1);

        var failures = trials - successes;
        var floor = LogMarginal(successes, failures) + Math.Log(alpha);
        return new(Lower(successes, failures, floor), 1 - Lower(failures, successes, floor));
    }

    /// <summary>Whether the lower bound lies above a chance, without computing it.</summary>
    public static bool IsAbove(double chance, long successes, long trials, double alpha) =>
        successes > chance * trials
        && LogMarginal(successes, trials - successes) + Math.Log(alpha) >= LogLikelihood(successes, trials - successes, chance);

    /// <summary>Whether the upper bound lies below a chance, without computing it.</summary>
    public static bool IsBelow(double chance, long successes, long trials, double alpha) =>
        successes < chance * trials
        && LogMarginal(successes, trials - successes) + Math.Log(alpha) >= LogLikelihood(successes, trials - successes, chance);

    /// <summary>ln m(s, f): the probability of one order of these counts under the mixture.</summary>
    public static double LogMarginal(long successes, long failures)
    {
        var first = LogGamma.Beta(Priors[0].A + successes, Priors[0].B + failures) - Normalizers[0];
        var second = LogGamma.Beta(Priors[1].A + successes, Priors[1].B + failures) - Normalizers[1];
        return Math.Max(first, second) + Math.Log(1 + Math.Exp(-Math.Abs(first - second)));
    }

    private static double LogLikelihood(long successes, long failures, double chance) =>
        (successes == 0 ? 0 : successes * Math.Log(chance)) + (failures == 0 ? 0 : failures * Math.Log(1 - chance));

    /// <summary>
    /// Where the logarithm of the likelihood reaches the floor below the estimate. It is concave and rises there, so Newton's steps from a point below the
    /// crossing come up to it and never pass it: whatever is left over makes the sequence wider.
    /// </summary>
    private static double Lower(long successes, long failures, double floor)
    {
        if (successes == 0)
            return 0;

        double trials = successes + failures, estimate = successes / trials;
        var depth = Math.Max(0, LogLikelihood(successes, failures, estimate) - floor);

        // Two points that are surely below: by Pinsker's inequality, and by leaving out what the failures add.
        var nearEnough = estimate - Math.Sqrt(depth / (2 * trials));
        var smallEnough = estimate * Math.Exp((failures == 0 ? 0 : failures * Math.Log(1 - estimate)) / successes - depth / successes);
        var chance = Math.Max(nearEnough, smallEnough);
        for (var i = 0; i < MaxNewtonSteps && chance > 0; i++)
        {
            var step = (floor - LogLikelihood(successes, failures, chance)) / (successes / chance - failures / (1 - chance));
            if (!(step > 1e-12 * chance))
                break;
            chance += step;
        }

        return Math.Max(0, chance);
    }
}
