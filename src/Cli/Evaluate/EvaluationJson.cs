using System.Text.Json.Nodes;

namespace Rerank.Cli.Evaluate;

/// <summary>An evaluation for programs: <c>{"perQuery": {QUERY: {MEASURE: value}}, "mean": {MEASURE: value}}</c>, and more where more was asked for.</summary>
internal static class EvaluationJson
{
    public static JsonObject Of(EvaluationOutcome outcome)
    {
        var json = new JsonObject
        {
            ["perQuery"] = new JsonObject(outcome.Run.PerQuery.Select(q => KeyValuePair.Create(q.Key, (JsonNode?)Values(q.Value)))),
            ["mean"] = Values(outcome.All.Mean),
            ["queries"] = outcome.All.Queries,
            ["missing"] = new JsonArray([.. outcome.Run.Missing.Select(q => JsonValue.Create(q))]),
            ["unjudged"] = new JsonArray([.. outcome.Run.Unjudged.Select(q => JsonValue.Create(q))]),
        };
        if (outcome.Baseline is { } baseline)
        {
            json["baseline"] = new JsonObject { ["mean"] = Values(baseline.Mean()) };
            json["comparison"] = Comparisons(outcome.All);
        }

        if (outcome.Slices.Count > 0)
            json["slices"] = new JsonObject(outcome.Slices.Select(s => KeyValuePair.Create(s.Name!, (JsonNode?)Slice(s))));
        if (outcome.Gates.Count > 0)
            json["gates"] = new JsonArray([.. outcome.Gates.Select(g => new JsonObject { ["name"] = g.Name, ["holds"] = g.Holds, ["why"] = g.Why })]);
        return json;
    }

    private static JsonObject Slice(EvaluatedPart slice)
    {
        var json = new JsonObject { ["queries"] = slice.Queries, ["tooFew"] = slice.IsTooFew, ["mean"] = Values(slice.Mean) };
        if (slice.Comparisons.Count > 0)
            json["comparison"] = Comparisons(slice);
        return json;
    }

    private static JsonObject Comparisons(EvaluatedPart part) => new(part.Comparisons.Select(c => KeyValuePair.Create(
        c.Key,
        (JsonNode?)new JsonObject { ["difference"] = c.Value.Difference, ["low"] = c.Value.Low, ["high"] = c.Value.High, ["p"] = c.Value.P })));

    private static JsonObject Values(IReadOnlyDictionary<string, double> values) => new(values.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value)));
}
