using System.Text.Json.Nodes;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.Status;

/// <summary>One tier of the spec as a row: name, what it is, and how it passes on.</summary>
internal static class TierText
{
    public static Cell[] Of(TierSpec tier) => tier switch
    {
        { Cache: { } cache } => [tier.Name, "cache", $"{cache["memory"]} per router", $"for {cache["ttlSeconds"]} s"],
        { Model: { } model } => [tier.Name, "model", $"{model["modelVersionRef"]?["name"]}", Placement(model), Escalation(tier.Escalation)],
        _ => [tier.Name, tier.Type],
    };

    private static string Placement(JsonObject model) => $"{model["placement"]}" switch
    {
        "Sidecar" => "beside each router",
        "Pool" when model["replicas"] is JsonObject replicas && $"{replicas["min"]}" == $"{replicas["max"]}" => $"pool of {replicas["min"]}",
        "Pool" => $"pool of {model["replicas"]?["min"]} to {model["replicas"]?["max"]}",
        var other => other,
    };

    private static string Escalation(JsonObject? escalation) => $"{escalation?["type"]}" switch
    {
        "Always" => "passes all on",
        "Margin" => $"passes on what is within {escalation!["marginMilli"]} milli",
        _ => "",
    };
}
