using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.TestKit.Contract;

/// <summary>A custom kind of the tests' own, with a status.</summary>
[KubernetesEntity(Group = Group, ApiVersion = Version, Kind = KubeKind, PluralName = Plural)]
public sealed class Widget : IKubernetesObject<V1ObjectMeta>
{
    private const string Group = "test.rerank.dev";
    private const string Version = "v1";
    private const string KubeKind = "Widget";
    private const string Plural = "widgets";

    public string ApiVersion { get; set; } = $"{Group}/{Version}";

    public string Kind { get; set; } = KubeKind;

    public V1ObjectMeta Metadata { get; set; } = new();

    public WidgetSpec? Spec { get; set; }

    public WidgetStatus? Status { get; set; }

    public static V1CustomResourceDefinition Definition() => new()
    {
        ApiVersion = "apiextensions.k8s.io/v1",
        Kind = "CustomResourceDefinition",
        Metadata = new() { Name = $"{Plural}.{Group}" },
        Spec = new()
        {
            Group = Group,
            Scope = "Namespaced",
            Names = new() { Kind = KubeKind, ListKind = $"{KubeKind}List", Plural = Plural, Singular = "widget" },
            Versions =
            [
                new()
                {
                    Name = Version,
                    Served = true,
                    Storage = true,
                    Subresources = new() { Status = new Dictionary<string, string>() },
                    Schema = new() { OpenAPIV3Schema = Object(("spec", SpecSchema()), ("status", StatusSchema())) },
                },
            ],
        },
    };

    private static V1JSONSchemaProps SpecSchema() => Object(
        ("size", Integer()),
        ("color", Text()),
        ("parts", new()
        {
            Type = "array",
            XKubernetesListType = "map",
            XKubernetesListMapKeys = ["name", "side"],
            Items = Object(("name", Text()), ("side", Text() with { DefaultProperty = WidgetPart.AnySide }), ("color", Text())) with { Required = ["name"] },
        }));

    private static V1JSONSchemaProps StatusSchema() => Object(
        ("observed", Integer()),
        ("message", Text()),
        ("conditions", new()
        {
            Type = "array",
            XKubernetesListType = "map",
            XKubernetesListMapKeys = ["type"],
            Items = Object(("type", Text()), ("status", Text())) with { Required = ["type", "status"] },
        }));

    private static V1JSONSchemaProps Text() => new() { Type = "string" };

    private static V1JSONSchemaProps Integer() => new() { Type = "integer", Format = "int64" };

    private static V1JSONSchemaProps Object(params (string Name, V1JSONSchemaProps Schema)[] properties) =>
        new() { Type = "object", Properties = properties.ToDictionary(property => property.Name, property => property.Schema) };
}

public sealed class WidgetSpec
{
    public long? Size { get; set; }

    public string? Color { get; set; }

    [XListType(XListType.Map)]
    [XListMapKeys("name", "side")]
    public IList<WidgetPart>? Parts { get; set; }
}

public sealed class WidgetPart
{
    public const string AnySide = "Any";

    public string Name { get; set; } = "";

    [DefaultValue(AnySide)]
    public string? Side { get; set; }

    public string? Color { get; set; }
}

public sealed class WidgetStatus
{
    public long? Observed { get; set; }

    public string? Message { get; set; }

    [XListType(XListType.Map)]
    [XListMapKeys("type")]
    public IList<WidgetCondition>? Conditions { get; set; }
}

public sealed class WidgetCondition
{
    public string Type { get; set; } = "";

    public string Status { get; set; } = "";
}
