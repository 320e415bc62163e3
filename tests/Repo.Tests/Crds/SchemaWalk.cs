using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds.Yaml;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Crds;

/// <summary>The committed CRDs' schemas, node by node.</summary>
internal static class SchemaWalk
{
    public static IReadOnlyList<JsonObject> Crds { get; } =
        [.. SourceFiles.Below("config/crds", "*.yaml").Select(file => YamlReader.Read(File.ReadAllText(Repository.File(file))).Single().AsObject())];

    /// <summary>Below spec and status; a list's items have the path of the list and <c>[]</c>, a map's values <c>{}</c>.</summary>
    public static IEnumerable<(string Path, JsonObject Schema)> Nodes()
    {
        foreach (var crd in Crds)
        {
            var schema = crd["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!;
            foreach (var part in new[] { "spec", "status" })
                foreach (var node in Below($"{crd["spec"]!["names"]!["kind"]}.{part}", schema["properties"]![part]!.AsObject()))
                    yield return node;
        }
    }

    private static IEnumerable<(string Path, JsonObject Schema)> Below(string path, JsonObject schema)
    {
        yield return (path, schema);
        var children = (schema["properties"] as JsonObject ?? []).Select(member => ($"{path}.{member.Key}", member.Value!.AsObject())).ToList();
        if (schema["items"] is JsonObject items)
            children.Add(($"{path}[]", items));
        if (schema["additionalProperties"] is JsonObject values)
            children.Add(($"{path}{{}}", values));
        foreach (var (childPath, child) in children)
            foreach (var node in Below(childPath, child))
                yield return node;
    }
}
