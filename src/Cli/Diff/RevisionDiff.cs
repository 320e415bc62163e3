using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rerank.Cli.Diff;

/// <param name="Before">Null when the older revision has no such value.</param>
internal sealed record Difference(string Path, string? Before, string? After);

/// <summary>What differs between the snapshots of two revisions, value by value, under names that people have for them.</summary>
internal static class RevisionDiff
{
    public static IReadOnlyList<Difference> Between(JsonObject before, JsonObject after)
    {
        var (old, now) = (Flatten(before), Flatten(after));
        return
        [
            .. old.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
                .Select(path => new Difference(Readable(path), old.GetValueOrDefault(path), now.GetValueOrDefault(path)))
                .Where(difference => difference.Before != difference.After),
        ];
    }

    private static Dictionary<string, string> Flatten(JsonObject snapshot)
    {
        var values = new Dictionary<string, string>();
        Add(values, "", snapshot);
        return values;
    }

    private static void Add(Dictionary<string, string> values, string path, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (name, value) in map)
                    Add(values, path.Length == 0 ? name : $"{path}.{name}", value);
                break;
            case JsonArray list when KeyOf(list) is { } key:
                // The order of such lists may matter too.
                values[path] = string.Join(", ", list.Select(item => $"{item![key]}"));
                foreach (var item in list)
                {
                    var rest = item!.DeepClone().AsObject();
                    rest.Remove(key);
                    Add(values, $"{path}[{item[key]}]", rest);
                }

                break;
            default:
                values[path] = node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node?.ToJsonString() ?? "null";
                break;
        }
    }

    /// <summary>The member that tells the items of a list apart; null when there is none, and the list is one value.</summary>
    private static string? KeyOf(JsonArray list) =>
        list.Count == 0 ? null : Array.Find(["name", "path"], key => list.All(item => item is JsonObject map && map.ContainsKey(key)));

    // A snapshot has tiers[NAME].model.model.digest; the tier is what people think in, and that it is a model's goes without saying.
    private static string Readable(string path)
    {
        if (path.StartsWith("tiers[", StringComparison.Ordinal) && path.IndexOf("].", StringComparison.Ordinal) is > 0 and var end)
        {
            var (tier, member) = (path["tiers[".Length..end], path[(end + 2)..]);
            path = $"{tier}: {(member.StartsWith("model.", StringComparison.Ordinal) ? member["model.".Length..] : member)}";
        }

        return path.EndsWith("].sha256", StringComparison.Ordinal) ? path[..^".sha256".Length] : path;
    }
}
