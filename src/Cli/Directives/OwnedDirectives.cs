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
        var fields = pipeline.Metadata.ManagedFields.Where(entry => entry.Subresource.Length == 0).ToList();
        // Old servers (1.20) make nothing of the list's keys in a schema with quantities: the list is one value, which every apply replaces as a whole.
        if (fields.Exists(entry => ListOf(entry) is { Count: 0 }))
            return pipeline.Spec.Rollout.Directives;

        var keys = fields
            .Where(entry => entry.Manager == manager && entry.Operation == "Apply")
            .SelectMany(entry => ListOf(entry) ?? [])
            .Select(item => KeyOf(item.Key))
            .OfType<DirectiveSpec>()
            .ToList();
        return [.. pipeline.Spec.Rollout.Directives.Where(directive => keys.Exists(directive.IsSameAs))];
    }

    private static JsonObject? ListOf(ManagedFields entry) => entry.Fields?["f:spec"]?["f:rollout"]?["f:directives"] as JsonObject;

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
