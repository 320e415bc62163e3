using System.Text.Json.Nodes;
using Rerank.Faults.Tests.Faults;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;

namespace Rerank.Faults.Tests.Oracles;

/// <summary>What the Deployments' pods are made from, and whether that may change: not where what serves needs them, while another revision has yet to prove itself.</summary>
internal sealed class StableTemplates
{
    private readonly Dictionary<string, string?> _parts = [];

    /// <returns>What was changed and mustn't be; null when nothing was.</returns>
    public string? Written(Entry entry, IEnumerable<StoredRevision> revisions)
    {
        var deployment = entry.Call.Name!;
        if (entry.Call.Verb == Verb.Delete)
        {
            foreach (var gone in _parts.Keys.Where(k => k.StartsWith($"{deployment}/", StringComparison.Ordinal)).ToList())
                _parts.Remove(gone);
            return null;
        }

        if (entry.Body?["spec"]?["template"] is not JsonObject template)
            return null;
        var before = new Dictionary<string, string?>(_parts);
        foreach (var (part, text) in Parts(template))
            _parts[$"{deployment}/{part}"] = text;
        return Needed(revisions).FirstOrDefault(n => IsChanged(n.Part) && n.MayNotBe(_parts.GetValueOrDefault(n.Part))).Part;

        bool IsChanged(string part) => before.TryGetValue(part, out var text) && text != _parts.GetValueOrDefault(part);
    }

    private static IEnumerable<(string Part, string? Text)> Parts(JsonObject template)
    {
        yield return ("template", (string?)template["metadata"]!["annotations"]![Labels.TemplateHash]);
        foreach (var container in template["spec"]!["containers"]!.AsArray())
            yield return ((string)container!["name"]!, (string?)container["resources"]?["limits"]?["memory"]);
    }

    private static IEnumerable<(string Part, Predicate<string?> MayNotBe)> Needed(IEnumerable<StoredRevision> revisions)
    {
        foreach (var pipeline in revisions.GroupBy(r => r.Owner))
        {
            var stable = pipeline.Where(r => r.Role == "stable").MaxBy(r => r.Sequence);
            var bakes = stable?.State is RevisionState.Baking or RevisionState.Returning;
            var (proven, other) = bakes
                ? (pipeline.FirstOrDefault(r => r.Name == stable!.BakesAgainst), stable)
                : (stable, pipeline.Where(r => r.Role == "candidate").MaxBy(r => r.Sequence));
            if (proven is not { WasServed: true } || other is null)
                continue;
            foreach (var pool in proven.Pools)
                yield return ($"{pool}/template", _ => true);
            // A router's pods get a container, or memory, for a candidate that they couldn't serve otherwise; hosts that are beside it don't become the candidate's.
            foreach (var (tier, memory) in proven.Sidecars.Memory)
            {
                if (other.Sidecars.Memory.GetValueOrDefault(tier) is { } others && others != memory)
                    yield return ($"{proven.Sidecars.Deployment}/{HostContainer.SidecarName(tier)}", text => text == others);
            }
        }
    }
}
