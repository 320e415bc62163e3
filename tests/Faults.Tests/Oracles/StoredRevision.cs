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
    /// <summary>Whether a router has followed it as the stable one.</summary>
    public bool WasServed { get; private init; }

    /// <summary>Revision that it bakes against.</summary>
    public string? BakesAgainst { get; private init; }

    /// <summary>Name of the revision, as tables have it.</summary>
    public string Name { get; private init; } = "";

    /// <summary>The Deployments that its pools are.</summary>
    public IReadOnlyList<string> Pools { get; private init; } = [];

    /// <summary>The Deployment of the routers, and what memory it limits hosts beside them to, by tier; null where it doesn't say.</summary>
    public (string Deployment, IReadOnlyDictionary<string, string?> Memory) Sidecars { get; private init; }

    public static StoredRevision Read(JsonObject body)
    {
        var metadata = body["metadata"]!;
        var document = JsonNode.Parse((string)metadata["annotations"]![Labels.State]!)!;
        var verdict = document["verdict"];
        var names = new PipelineNames((string)metadata["ownerReferences"]![0]!["name"]!);
        return new(
            (string)metadata["ownerReferences"]![0]!["uid"]!,
            (string?)metadata["labels"]?[Labels.Role] ?? "",
            long.Parse(body["revision"]?.ToString() ?? "0", CultureInfo.InvariantCulture),
            Enum.Parse<RevisionState>((string)document["state"]!),
            document["stableSince"] is not null,
            (int?)document["rollout"]?["attempt"] ?? 1,
            (string?)verdict?["verdict"] == "Rejected" ? (int?)verdict?["attempts"] ?? 1 : null)
        {
            WasServed = document["servedSince"] is not null,
            BakesAgainst = (string?)document["rollout"]?["bakesAgainst"],
            Name = (string?)metadata["labels"]?[Labels.Revision] ?? "",
            Pools = [.. Tiers(body, "Pool").Select(tier => names.Pool(new(Name(tier), (string?)document["homes"]?[Name(tier)])))],
            Sidecars = (names.Router, Tiers(body, "Sidecar").ToDictionary(Name, tier => (string?)tier["model"]!["resources"]?["limits"]?["memory"])),
        };

        static string Name(JsonNode tier) => (string)tier["name"]!;
    }

    private static IEnumerable<JsonNode> Tiers(JsonObject body, string placement) =>
        body["data"]!["tiers"]!.AsArray().Where(t => (string?)t!["model"]?["placement"] == placement).OfType<JsonNode>();
}
