using System.Globalization;
using Rerank.Operator.Analysis.Statistics;

namespace Rerank.Operator.Analysis.Metrics;

/// <summary>Numbers as messages show them.</summary>
internal static class Words
{
    public static string Percent(double? share) => $"{100 * share:0.00} %";

    public static string Points(double? difference) => $"{100 * difference:0.00}";

    /// <summary>A difference of shares of what is bad, in points.</summary>
    public static string Difference(double difference) => $"{(difference < 0 ? "better" : "worse")} by {Points(Math.Abs(difference))} points";

    /// <summary>A probability as people say it.</summary>
    public static string Chance(double probability) => probability >= 0.1 ? $"{100 * probability:0} %" : $"1 in {1 / probability:n0}";

    public static string Number(double? value) => $"{value:0.000}";

    /// <summary>With as many digits as it takes to see on which side of a limit it is: what is shown is often shown by little.</summary>
    public static string Number(double? value, double limit)
    {
        foreach (var format in (string[])["0.000", "0.0000", "0.00000"])
        {
            if (value?.ToString(format, CultureInfo.CurrentCulture) is { } text && (value == limit || text != limit.ToString(format, CultureInfo.CurrentCulture)))
                return text;
        }

        return $"{value:0.000000}";
    }

    /// <summary>An e-value as odds, to one.</summary>
    public static string Odds(double log) => log < Math.Log(10) ? $"{Math.Exp(log):0.00} : 1" : log < Math.Log(1e9) ? $"{Math.Exp(log):n0} : 1" : "over 1,000,000,000 : 1";

    public static string Bounds(double lower, double upper, Func<double?, string> format) =>
        double.IsInfinity(upper) ? $"({format(lower)} or more)" : $"({format(lower)} to {format(upper)})";

    public static string Bounds(Interval bounds, Func<double?, string> format) => Bounds(bounds.Lower, bounds.Upper, format);
}
