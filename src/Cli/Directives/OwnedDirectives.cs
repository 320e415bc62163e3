using System.Text.Json;
using System.Text.Json.Nodes;
using Rerank.Cli.Pipelines;

namespace Rerank.Cli.Directives;

/// <summary>
/// Which of a pipeline's directives one field manager has applied. An apply says everything that its manager wants: what it leaves out goes, so
/// the earlier ones have to be said again.
/// </summary>
internal static class OwnedDirectives
{
    private const string ItemPrefix = "k:";

    public static IReadOnlyList<DirectiveSpec> Of(Pipeline pipeline, string manager)
    {
        var keys = pipeline.Metadata.ManagedFields
            .Where(fields => fields.Manager == manager && fields is { Operation: "Apply", Subresource: "" })
            .Select(fields => fields.Fields?["f:spec"]?["f:rollout"]?["f:directives"] as JsonObject)
            .OfType<JsonObject>()
            .SelectMany(items => items)
            .Select(item => KeyOf(item.Key))
            .OfType<DirectiveSpec>()
            .ToList();
        return [.. pipeline.Spec.Rollout.Directives.Where(directive => keys.Exists(directive.IsSameAs))];
    }

    /// <summary>Of <c>k:{"action":"Pause","revision":"0123456789","step":"None"}</c>.</summary>
    private static DirectiveSpec? KeyOf(string segment)
    {
        if (!segment.StartsWith(ItemPrefix, StringComparison.Ordinal))
            return null;

        try
        {
            var key = JsonNode.Parse(segment[ItemPrefix.Length..]);
            return new() { Revision = $"{key?["revision"]}", Action = $"{key?["action"]}", Step = $"{key?["step"]}" };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
