using System.Text.Json.Nodes;
using Rerank.Operator.Runtime;

namespace Rerank.Operator.Local.Server;

/// <summary>What an API server tells clients about itself, as far as kubectl asks.</summary>
internal static class Discovery
{
    /// <summary>The oldest version whose API the CRDs need.</summary>
    public static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "28",
        ["gitVersion"] = "v1.28.0+rerank-local",
    };

    public static JsonObject CoreVersions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(),
    };

    public static JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray(
        [
            .. ServedKinds.All.Select(served => served.Kind).Where(kind => kind.Group.Length > 0).DistinctBy(kind => kind.ApiVersion).Select(Group),
        ]),
    };

    /// <returns>Null when nothing of the group version is served.</returns>
    public static JsonObject? Resources(string group, string version)
    {
        var kinds = ServedKinds.All.Where(served => served.Kind.Group == group && served.Kind.Version == version).ToList();
        return kinds.Count == 0
            ? null
            : new()
            {
                ["kind"] = "APIResourceList",
                ["apiVersion"] = "v1",
                ["groupVersion"] = kinds[0].Kind.ApiVersion,
                ["resources"] = new JsonArray([.. kinds.Select(Resource)]),
            };
    }

    private static JsonObject Group(ResourceKind kind)
    {
        var version = new JsonObject { ["groupVersion"] = kind.ApiVersion, ["version"] = kind.Version };
        return new() { ["name"] = kind.Group, ["versions"] = new JsonArray(version), ["preferredVersion"] = version.DeepClone() };
    }

    private static JsonObject Resource(ServedKind served)
    {
        string[] verbs = served.IsWritable ? ["create", "get", "list", "patch", "watch"] : ["get", "list", "watch"];
        var resource = new JsonObject
        {
            ["name"] = served.Kind.Plural,
            ["singularName"] = served.Kind.Kind.ToLowerInvariant(),
            ["namespaced"] = served.Kind.Namespaced,
            ["kind"] = served.Kind.Kind,
            ["verbs"] = new JsonArray([.. verbs.Select(verb => JsonValue.Create(verb))]),
        };
        if (served.ShortNames.Count > 0)
            resource["shortNames"] = new JsonArray([.. served.ShortNames.Select(name => JsonValue.Create(name))]);
        return resource;
    }
}
