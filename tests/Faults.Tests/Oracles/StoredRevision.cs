using System.Globalization;
using System.Text.Json.Nodes;
using Rerank.Operator.Manifests;

namespace Rerank.Faults.Tests.Oracles;

/// <summary>What a written ControllerRevision says.</summary>
/// <param name="Owner">Uid of its pipeline.</param>
/// <param name="Attempt">Which try of the revision it is.</param>
/// <param name="RejectedAttempts">After how many tries it was rejected; null when it wasn't.</param>
internal sealed record StoredRevision(string Owner, string Role, long Sequence, bool WasStable, int Attempt, int? RejectedAttempts)
{
    public static StoredRevision Read(JsonObject body)
    {
        var metadata = body["metadata"]!;
        var annotations = metadata["annotations"];
        var verdict = Json(annotations?[Labels.Verdict]);
        return new(
            (string)metadata["ownerReferences"]![0]!["uid"]!,
            (string?)metadata["labels"]?[Labels.Role] ?? "",
            long.Parse(body["revision"]?.ToString() ?? "0", CultureInfo.InvariantCulture),
            annotations?[Labels.StableSince] is not null,
            (int?)Json(annotations?[Labels.Rollout])?["attempt"] ?? 1,
            (string?)verdict?["verdict"] == "Rejected" ? (int?)verdict?["attempts"] ?? 1 : null);
    }

    private static JsonNode? Json(JsonNode? annotation) => annotation is null ? null : JsonNode.Parse((string)annotation!);
}
