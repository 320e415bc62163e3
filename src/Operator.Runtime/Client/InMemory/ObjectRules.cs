using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>The rules for names and labels, which hold for every kind.</summary>
internal static partial class ObjectRules
{
    private static readonly HashSet<string> DnsLabels = ["Namespace", "Service"];

    public static void Check(ResourceKind kind, ObjectKey key, JsonObject content)
    {
        if (kind.Namespaced != !string.IsNullOrEmpty(key.Namespace))
            throw Refusal.BadRequest($"{kind} {(kind.Namespaced ? "need" : "have no")} a namespace");

        if (!IsName(kind, key.Name))
            throw Refusal.Invalid(kind, key.Name, $"metadata.name: Invalid value: \"{key.Name}\"");

        foreach (var (name, value) in content["metadata"]?["labels"] as JsonObject ?? [])
        {
            if (!IsLabelKey(name))
                throw Refusal.Invalid(kind, key.Name, $"metadata.labels: Invalid value: \"{name}\"");
            if (!LabelValue().IsMatch(value?.ToString() ?? ""))
                throw Refusal.Invalid(kind, key.Name, $"metadata.labels: Invalid value: \"{value}\"");
        }
    }

    /// <summary>What a kind doesn't let change once it is there.</summary>
    public static void CheckUpdate(ResourceKind kind, ObjectKey key, JsonObject before, JsonObject after)
    {
        if (kind.Kind == "ControllerRevision" && !JsonNode.DeepEquals(before["data"], after["data"]))
            throw Refusal.Invalid(kind, key.Name, "data: Invalid value: field is immutable");
    }

    private static bool IsName(ResourceKind kind, string? name) =>
        !string.IsNullOrEmpty(name)
        && (DnsLabels.Contains(kind.Kind) ? name.Length <= 63 && DnsLabel().IsMatch(name) : name.Length <= 253 && DnsSubdomain().IsMatch(name));

    private static bool IsLabelKey(string key)
    {
        var slash = key.IndexOf('/');
        return LabelName().IsMatch(key[(slash + 1)..]) && (slash < 0 || (slash <= 253 && DnsSubdomain().IsMatch(key[..slash])));
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex DnsLabel();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex DnsSubdomain();

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex LabelName();

    [GeneratedRegex(@"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\z")]
    private static partial Regex LabelValue();
}
