using System.Globalization;
using Rerank.Cli.Pipelines;

namespace Rerank.Cli.Text;

/// <summary>Values of a metric in words, by the metric's type.</summary>
internal static class MetricValues
{
    private const string Absent = "-";

    /// <summary>The value of one revision.</summary>
    public static string OfRevision(string type, double? value) => value is not { } number
        ? Absent
        : type switch
        {
            "ErrorRate" or "DegradedShare" or "LatencyQuantile" or "Prometheus" => Format(number * 100, "0.00 '%'"),
            _ => Format(number, "0.000"),
        };

    /// <summary>What the revisions are compared by: a difference, a ratio, a share or an index.</summary>
    public static string OfComparison(string type, double? value) => value is not { } number
        ? Absent
        : type switch
        {
            "ErrorRate" or "DegradedShare" or "LatencyQuantile" or "Prometheus" => Format(number * 100, "+0.00 'pp';-0.00 'pp';0.00 'pp'"),
            "Feedback" => Format(number, "+0.000;-0.000;0.000"),
            _ => Format(number, "0.000"),
        };

    /// <summary>Where failure begins. A quantile's is a share of answers, beyond a multiple of stable's quantile.</summary>
    /// <param name="spec">Null when the spec has no such metric any more.</param>
    public static string Limit(MetricReport metric, MetricSpec? spec)
    {
        var limit = OfComparison(metric.Type, metric.Threshold);
        return metric.Type == "LatencyQuantile" && spec is { MaxRatioPermille: { } ratio }
            ? $"{limit} beyond {Format(ratio / 1000.0, "0.##")} × p{Format((spec.QuantilePermille ?? 990) / 10.0, "0.#")}"
            : limit;
    }

    /// <summary>A metric that had nothing to measure holds nothing up, and says nothing either.</summary>
    public static Cell Verdict(MetricReport metric) => metric.IsUnmeasured ? new("not measured", Tint.Faint) : new(metric.Verdict, Style.OfVerdict(metric.Verdict));

    public static string Bounds(string type, double? lower, double? upper, double? threshold) => (lower, upper) is (null, null)
        ? Absent
        : $"[{Bound(type, lower, threshold)}, {Bound(type, upper, threshold)}]";

    // With as many digits as it takes to see on which side of the limit it is.
    private static string Bound(string type, double? bound, double? threshold)
    {
        if (bound is not { } value)
            return "…";
        var text = OfComparison(type, value);
        if (text != OfComparison(type, threshold) || value == threshold)
            return text;
        return text.EndsWith(" pp", StringComparison.Ordinal) ? Format(value * 100, "+0.0000 'pp';-0.0000 'pp';0.0000 'pp'") : Format(value, "0.00000");
    }

    private static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
