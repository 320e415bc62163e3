using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;

namespace Rerank.Cli.Pipelines;

/// <summary>What a ControllerRevision keeps of one revision.</summary>
/// <param name="Sequence">Rises from one revision to the next.</param>
/// <param name="Snapshot">Everything that it takes to serve the revision.</param>
internal sealed record StoredRevision(string Name, string Role, long Sequence, JsonObject Snapshot)
{
    public DateTimeOffset? CandidateSince { get; init; }

    public DateTimeOffset? StableSince { get; init; }

    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>How its last rollout ended; null when it hasn't.</summary>
    public RevisionVerdict? Verdict { get; init; }

    /// <summary>Since when it has its role.</summary>
    public DateTimeOffset? Since => Role switch
    {
        "stable" => StableSince ?? CandidateSince,
        "candidate" => CandidateSince,
        _ => RetiredAt ?? StableSince ?? CandidateSince,
    };

    /// <returns>Null when it isn't one of the operator's.</returns>
    public static StoredRevision? Of(V1ControllerRevision stored)
    {
        if (stored.GetLabel(KnownLabels.Revision) is not { } name || stored.GetLabel(KnownLabels.Role) is not { } role)
            return null;

        var data = JsonNode.Parse(KubernetesJson.Serialize(stored.Data)) as JsonObject;
        var kept = Json(stored.GetAnnotation(KnownLabels.State), PipelineJson.Default.RevisionDocument) ?? Earlier(stored);
        if (data is not null && kept.Engine is { } engine)
            data.TryAdd("engine", engine.DeepClone());
        return new(name, role, stored.Revision ?? 0, data ?? [])
        {
            CandidateSince = kept.CandidateSince,
            StableSince = kept.StableSince,
            RetiredAt = kept.RetiredAt,
            Verdict = kept.Verdict,
        };
    }

    private static RevisionDocument Earlier(V1ControllerRevision stored) => new()
    {
        CandidateSince = TimeOf(stored, KnownLabels.CandidateSince),
        StableSince = TimeOf(stored, KnownLabels.StableSince),
        RetiredAt = TimeOf(stored, KnownLabels.RetiredAt),
        Verdict = Json(stored.GetAnnotation(KnownLabels.Verdict), PipelineJson.Default.RevisionVerdict),
    };

    private static DateTimeOffset? TimeOf(V1ControllerRevision stored, string annotation) =>
        DateTimeOffset.TryParse(
            stored.GetAnnotation(annotation), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    private static T? Json<T>(string? text, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal sealed record RevisionVerdict
{
    /// <summary>Promoted or Rejected.</summary>
    public string Verdict { get; set; } = "";

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? Time { get; init; }

    public int Attempts { get; set; } = 1;
}
