using System.Text.Json.Nodes;

namespace Rerank.Operator.Local;

/// <summary>One document of a YAML file.</summary>
/// <param name="File">Name of the file, for messages.</param>
internal sealed record Manifest(string File, string ApiVersion, string Kind, string Namespace, string Name, JsonObject Content)
{
    public string Identity => $"{Kind} {Namespace}/{Name}";

    /// <exception cref="FormatException">It lacks what identifies an object.</exception>
    public static Manifest Of(string file, JsonNode document)
    {
        if (document is not JsonObject content)
        {
            throw new FormatException("must be an object");
        }

        var metadata = content["metadata"] as JsonObject;
        return new Manifest(
            file,
            Text(content, "apiVersion", "apiVersion"),
            Text(content, "kind", "kind"),
            metadata?["namespace"]?.ToString() ?? "default",
            Text(metadata, "name", "metadata.name"),
            content);
    }

    private static string Text(JsonObject? parent, string name, string path) =>
        parent?[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0
            ? text
            : throw new FormatException($"{path}: Required value");
}
