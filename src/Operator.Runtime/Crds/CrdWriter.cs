using System.Reflection;
using System.Text.Json.Nodes;
using k8s.Models;

namespace Rerank.Operator.Runtime.Crds;

/// <summary>C# entity types as CustomResourceDefinitions.</summary>
public static class CrdWriter
{
    private static readonly string[] TopLevel = ["ApiVersion", "Kind", "Metadata", "Spec", "Status"];

    /// <param name="entity">A type with <see cref="KubernetesEntityAttribute"/>.</param>
    /// <param name="docs">Where descriptions come from.</param>
    public static JsonObject Write(Type entity, XmlDocs docs)
    {
        var names = NamesOf(entity);
        var version = new JsonObject
        {
            ["name"] = names.ApiVersion,
            ["served"] = true,
            ["storage"] = true,
            ["schema"] = new JsonObject { ["openAPIV3Schema"] = WriteSchema(entity, docs) },
            ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
        };
        var columns = WriteColumns(entity);
        if (columns.Count > 0)
            version["additionalPrinterColumns"] = columns;

        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = $"{names.PluralName}.{names.Group}" },
            ["spec"] = new JsonObject
            {
                ["group"] = names.Group,
                ["names"] = WriteNames(entity, names),
                ["scope"] = "Namespaced",
                ["versions"] = new JsonArray(version),
            },
        };
    }

    /// <summary>The schema alone. Without <paramref name="docs"/> it has no descriptions, and serves to validate.</summary>
    public static JsonObject WriteSchema(Type entity, XmlDocs? docs)
    {
        if (entity.GetProperties().FirstOrDefault(property => !TopLevel.Contains(property.Name)) is { } extra)
            throw new SchemaException(ApiConventions.Member(extra), "must be below spec or status");
        var spec = entity.GetProperty("Spec") ?? throw new SchemaException(entity.Name, "must have a spec");
        var status = entity.GetProperty("Status") ?? throw new SchemaException(entity.Name, "must have a status");

        var writer = new SchemaWriter(docs);
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["apiVersion"] = Standard("API group and version of this object."),
                ["kind"] = Standard("Kind of this object."),
                ["metadata"] = WriteMetadata(entity),
                ["spec"] = writer.WriteProperty(spec, isSpec: true),
                ["status"] = writer.WriteProperty(status, isSpec: false),
            },
            ["required"] = new JsonArray("spec"),
        };
        if (docs is not null)
            schema["description"] = docs.Of(entity) ?? throw new SchemaException(entity.Name, "must have a doc comment, which becomes its description");
        return schema;
    }

    private static KubernetesEntityAttribute NamesOf(Type entity) =>
        entity.GetCustomAttribute<KubernetesEntityAttribute>() ?? throw new SchemaException(entity.Name, "must have KubernetesEntityAttribute");

    private static JsonObject WriteNames(Type entity, KubernetesEntityAttribute attribute)
    {
        var names = new JsonObject
        {
            ["kind"] = attribute.Kind,
            ["listKind"] = $"{attribute.Kind}List",
            ["plural"] = attribute.PluralName,
            ["singular"] = attribute.Kind.ToLowerInvariant(),
        };
        if (entity.GetCustomAttribute<KubernetesEntityShortNamesAttribute>() is { } shortNames)
            names["shortNames"] = new JsonArray([.. shortNames.ShortNames]);
        if (entity.GetCustomAttribute<KubernetesEntityCategoriesAttribute>() is { } categories)
        {
            if (categories.Categories.Contains("all"))
                throw new SchemaException(entity.Name, "must not be in the category \"all\"");
            names["categories"] = new JsonArray([.. categories.Categories]);
        }

        return names;
    }

    private static JsonArray WriteColumns(Type entity)
    {
        var columns = new JsonArray();
        foreach (var attribute in entity.GetCustomAttributes<GenericAdditionalPrinterColumnAttribute>())
        {
            var column = new JsonObject { ["name"] = attribute.Name, ["type"] = attribute.Type, ["jsonPath"] = attribute.JsonPath };
            if (attribute.Description is not null)
                column["description"] = attribute.Description;
            if (attribute.Format is not null)
                column["format"] = attribute.Format;
            if (attribute.Priority != 0)
                column["priority"] = attribute.Priority;
            columns.Add(column);
        }

        if (columns.Count(column => column!["priority"] is null) > ApiConventions.MaxColumns)
            throw new SchemaException(entity.Name, $"must not have more than {ApiConventions.MaxColumns} columns of priority 0");
        return columns;
    }

    /// <summary>Of an object's metadata, a schema may only restrict the name.</summary>
    private static JsonObject WriteMetadata(Type entity)
    {
        var metadata = new JsonObject { ["type"] = "object" };
        if (entity.GetCustomAttribute<ObjectNameAttribute>() is { } name)
            metadata["properties"] = new JsonObject
            {
                ["name"] = new JsonObject { ["type"] = "string", ["maxLength"] = name.MaxLength, ["pattern"] = name.Pattern },
            };
        return metadata;
    }

    private static JsonObject Standard(string description) => new() { ["type"] = "string", ["description"] = description };
}
