using System.Globalization;
using System.Text.Json;

namespace Rerank.Operator.Sources.Prometheus;

/// <summary>What an instant query says as a count. Pure. Format: https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats</summary>
/// <param name="Count">Whole counts: <c>increase()</c> extrapolates to fractions, which are rounded down.</param>
/// <param name="Error">Why there is no count; null when there is one.</param>
internal readonly record struct QueryAnswer(long Count, string? Error)
{
    // As long as Prometheus itself takes a sample for the present one.
    private static readonly TimeSpan Lookback = TimeSpan.FromMinutes(5);

    private const int MaxErrorLength = 300;

    // The largest whole number below which every whole number has a double of its own.
    private const double MaxCount = 9_007_199_254_740_991;

    public static QueryAnswer Failed(string error) => new(0, Bounded(error));

    /// <param name="httpStatus">With which the server answered.</param>
    /// <param name="now">Where possible by the server's own clock, by which it gives samples their time.</param>
    public static QueryAnswer Read(ReadOnlySpan<byte> body, int httpStatus, DateTimeOffset now)
    {
        var isOk = httpStatus is >= 200 and < 300;
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            var answer = document.RootElement;
            return Text(answer, "status") switch
            {
                "success" when isOk => Data(answer, now),
                "error" => Failed($"was answered with {httpStatus}: {Text(answer, "errorType")}: {Text(answer, "error")}"),
                _ => NotPrometheus(httpStatus),
            };
        }
        catch (JsonException)
        {
            return isOk ? NotPrometheus(httpStatus) : Failed($"was answered with {httpStatus}");
        }
    }

    private static QueryAnswer NotPrometheus(int httpStatus) =>
        Failed($"was answered with {httpStatus} and something else than what Prometheus answers. Is `serverURL` right?");

    private static QueryAnswer Data(JsonElement answer, DateTimeOffset now)
    {
        if (Member(answer, "data") is not { } data || Member(data, "result") is not { ValueKind: JsonValueKind.Array } result)
            return Failed("was answered without a result");
        return Text(data, "resultType") switch
        {
            "scalar" => Sample(result, now),
            "vector" => Vector(result, now),
            var other => Failed($"gives a {other}, and must give one number: a vector with one element, or a scalar"),
        };
    }

    private static QueryAnswer Vector(JsonElement elements, DateTimeOffset now) => elements.GetArrayLength() switch
    {
        0 => Failed("returned no series: there is no such data, or not yet. A counter that has never counted has none; where that is none of something, "
            + "add `or vector(0)`"),
        1 => Member(elements[0], "value") is { ValueKind: JsonValueKind.Array } sample ? Sample(sample, now) : Failed("gives a histogram, and must give one number"),
        var many => Failed($"returned {many} series, and must return one: sum them up"),
    };

    /// <param name="sample">Time in seconds and, as text, the value.</param>
    private static QueryAnswer Sample(JsonElement sample, DateTimeOffset now)
    {
        if (sample.GetArrayLength() != 2 || sample[0].ValueKind != JsonValueKind.Number || sample[1].ValueKind != JsonValueKind.String)
            return Failed("was answered with a sample that isn't one");
        var age = (now - DateTimeOffset.UnixEpoch).TotalSeconds - sample[0].GetDouble();
        if (age > Lookback.TotalSeconds)
            return Failed($"gives a sample that is {Math.Round(age):0} s old, and so no longer the present one");
        var text = sample[1].GetString()!;
        // NaN and infinities have other names there than here: neither is a count.
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value) || value < 0 || value > MaxCount)
            return Failed($"gives {text}, which is no count");
        return new((long)value, null);
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    // Somebody else's words, for a condition: one line, not a page.
    private static string Bounded(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length > MaxErrorLength ? line[..MaxErrorLength] : line;
    }
}
