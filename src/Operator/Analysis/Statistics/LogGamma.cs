
namespace Rerank.Operator.Analysis.Statistics;

/// <summary>Logarithms of the gamma and beta functions.</summary>
internal static class LogGamma
{
    /// <summary>From here on the series below is as exact as a double.</summary>
    private const double Asymptotic = 15;

    private static readonly double HalfLogTwoPi = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>Stirling's series (NIST DLMF 5.11.1), after moving the argument up by the recurrence Γ(x + 1) = x Γ(x) where it is small.</summary>
    /// <param name="x">Above 0.</param>
    public static double Of(double x)
    {
        var product = 1.0;
        for (; x < Asymptotic; x++)
            product *= x;

        var square = 1 / (x * x);
        var series = (1 / 12.0 - square * (1 / 360.0 - square * (1 / 1260.0 - square * (1 / 1680.0 - square * (1 / 1188.0 - square * 691 / 360360.0))))) / x;
        return (x - 0.5) * Math.Log(x) - x + HalfLogTwoPi + series - Math.Log(product);
    }

    /// <summary>ln B(a, b).</summary>
    public static double Beta(double a, double b) => Of(a) + Of(b) - Of(a + b);
}
