using System.Text.Json.Nodes;

namespace Rerank.RerankerHost.Tests.Tokenization;

/// <summary>Changes to a JSON document by path.</summary>
internal static class JsonEdits
{
    private const int LongList = 20;

    /// <summary>Where every part of a document stands; of long lists only the first and the last few.</summary>
    public static IEnumerable<string[]> Paths(JsonNode? node, string[] path)
    {
        if (path.Length > 0)
            yield return path;
        var children = node switch
        {
            JsonObject o => o.Select(member => (member.Key, member.Value)),
            JsonArray a => a.Select((item, i) => (i.ToString(), item)),
            _ => [],
        };
        var all = children.ToList();
        foreach (var (name, child) in all.Count > LongList ? all.Take(3).Concat(all.TakeLast(3)) : all)
        {
            foreach (var below in Paths(child, [.. path, name]))
                yield return below;
        }
    }

    public static void Replace(JsonNode root, string[] path, JsonNode? value)
    {
        var parent = root;
        foreach (var name in path[..^1])
            parent = parent is JsonArray list ? list[int.Parse(name)]! : parent[name]!;
        if (parent is JsonArray items)
            items[int.Parse(path[^1])] = value;
        else
            parent[path[^1]] = value;
    }
}
