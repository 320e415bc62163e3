using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
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
        return new(name, role, stored.Revision ?? 0, data ?? [])
        {
            CandidateSince = TimeOf(stored, KnownLabels.CandidateSince),
            StableSince = TimeOf(stored, KnownLabels.StableSince),
            RetiredAt = TimeOf(stored, KnownLabels.RetiredAt),
            Verdict = VerdictOf(stored.GetAnnotation(KnownLabels.Verdict)),
        };
    }

    private static DateTimeOffset? TimeOf(V1ControllerRevision stored, string annotation) =>
        DateTimeOffset.TryParse(
            stored.GetAnnotation(annotation), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    private static RevisionVerdict? VerdictOf(string? text)
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize(text, PipelineJson.Default.RevisionVerdict);
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
