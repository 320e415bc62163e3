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
    private const int Halvings = 48;

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
        var estimate = (double)successes / trials;

        // The logarithm of the likelihood is concave with its top at the estimate: on each side of it there is one crossing of the floor.
        return new(
            successes == 0 ? 0 : Bisect(estimate, 0, p => LogLikelihood(successes, failures, p) > floor),
            failures == 0 ? 1 : Bisect(estimate, 1, p => LogLikelihood(successes, failures, p) > floor));
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

    /// <summary>The last value seen outside of the sequence, so that rounding makes it wider.</summary>
    private static double Bisect(double inside, double outside, Func<double, bool> isInside)
    {
        for (var i = 0; i < Halvings; i++)
        {
            var middle = 0.5 * (inside + outside);
            if (isInside(middle))
                inside = middle;
            else
                outside = middle;
        }

        return outside;
    }
}
