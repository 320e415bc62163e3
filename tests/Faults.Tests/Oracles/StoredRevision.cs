using System.Globalization;
using System.Text.Json.Nodes;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;

namespace Rerank.Faults.Tests.Oracles;

/// <summary>What a written ControllerRevision says.</summary>
/// <param name="Owner">Uid of its pipeline.</param>
/// <param name="Attempt">Which try of the revision it is.</param>
/// <param name="RejectedAttempts">After how many tries it was rejected; null when it wasn't.</param>
internal sealed record StoredRevision(string Owner, string Role, long Sequence, RevisionState State, bool WasStable, int Attempt, int? RejectedAttempts)
{
    public static StoredRevision Read(JsonObject body)
    {
        var metadata = body["metadata"]!;
        var document = JsonNode.Parse((string)metadata["annotations"]![Labels.State]!)!;
        var verdict = document["verdict"];
        return new(
            (string)metadata["ownerReferences"]![0]!["uid"]!,
            (string?)metadata["labels"]?[Labels.Role] ?? "",
            long.Parse(body["revision"]?.ToString() ?? "0", CultureInfo.InvariantCulture),
            Enum.Parse<RevisionState>((string)document["state"]!),
            document["stableSince"] is not null,
            (int?)document["rollout"]?["attempt"] ?? 1,
            (string?)verdict?["verdict"] == "Rejected" ? (int?)verdict?["attempts"] ?? 1 : null);
    }
}
