using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Crds.Yaml;
using Rerank.TestKit;

namespace Rerank.Faults.Tests.Fields;

/// <summary>The members of a kind's spec, out of its committed definition.</summary>
internal static class Schema
{
    /// <param name="plural">Of the resource.</param>
    /// <returns>Leaves and lists; a list's items have the path of the list and <c>[]</c>, a map's values <c>{}</c>.</returns>
    public static IEnumerable<(string Path, JsonObject Schema)> Fields(string plural)
    {
        var crd = YamlReader.Read(File.ReadAllText(Repository.File("config", "crds", $"rerank.dev_{plural}.yaml"))).Single();
        return Below("spec", crd["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!.AsObject());
    }

    private static List<(string Path, JsonObject Schema)> Below(string path, JsonObject schema)
    {
        var members = (schema["properties"] as JsonObject ?? []).SelectMany(member => Below($"{path}.{member.Key}", member.Value!.AsObject())).ToList();
        if (schema["items"] is JsonObject items)
            return [(path, schema), .. Below($"{path}[]", items)];
        if (schema["additionalProperties"] is JsonObject values)
            return [(path, schema), .. Below($"{path}{{}}", values)];
        return members.Count == 0 ? [(path, schema)] : members;
    }
}
