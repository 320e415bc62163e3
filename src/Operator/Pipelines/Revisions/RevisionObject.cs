using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Rollouts;

namespace Rerank.Operator.Pipelines.Revisions;

/// <summary>Between a <see cref="Revision"/> and the ControllerRevision that holds it.</summary>
internal static class RevisionObject
{
    private static readonly ConditionalWeakTable<V1ControllerRevision, Revision> Known = [];

    public static V1ControllerRevision From(PipelineOwner owner, Revision revision)
    {
        var labels = Labels.Of(owner.Names);
        labels[Labels.Role] = Label(revision.Role);
        labels[Labels.Revision] = revision.Name;
        return new()
        {
            ApiVersion = "apps/v1",
            Kind = V1ControllerRevision.KubeKind,
            Metadata = owner.Metadata(owner.Names.Revision(revision.Name), labels, Annotations(revision)),
            Revision = revision.Sequence,
            Data = JsonSerializer.SerializeToElement(revision.Snapshot, RevisionJson.Default.RevisionSnapshot),
        };
    }

    /// <summary>Of an object in an informer's cache: nobody changes it, so that it is read once.</summary>
    /// <exception cref="InvalidDataException">As <see cref="Read"/>.</exception>
    public static Revision ReadOnce(V1ControllerRevision cached) => Known.GetValue(cached, Read);

    /// <exception cref="InvalidDataException">It isn't one of this operator's, or of a later one's.</exception>
    public static Revision Read(V1ControllerRevision stored)
    {
        var name = stored.GetLabel(Labels.Revision);
        var role = stored.GetLabel(Labels.Role) switch
        {
            "stable" => RevisionRole.Stable,
            "candidate" => RevisionRole.Candidate,
            "retained" => RevisionRole.Retained,
            "retired" => RevisionRole.Retired,
            _ => throw new InvalidDataException($"ControllerRevision {stored.Name()} has no valid label {Labels.Role}"),
        };
        return new()
        {
            Name = name ?? throw new InvalidDataException($"ControllerRevision {stored.Name()} has no label {Labels.Revision}"),
            Role = role,
            Sequence = stored.Revision ?? 0,
            Snapshot = Housed(ReadSnapshot(stored), ReadJson(stored, Labels.Homes, RevisionJson.Default.SortedDictionaryStringString)),
            CandidateSince = ReadTime(stored, Labels.CandidateSince),
            StableSince = ReadTime(stored, Labels.StableSince),
            RetiredAt = ReadTime(stored, Labels.RetiredAt),
            Rollout = ReadJson(stored, Labels.Rollout, RolloutJson.Default.RolloutState) ?? new(),
            Verdict = ReadJson(stored, Labels.Verdict, RolloutJson.Default.RevisionVerdict),
            Uid = stored.Uid(),
        };
    }

    private static string Label(RevisionRole role) => role switch
    {
        RevisionRole.Stable => "stable",
        RevisionRole.Candidate => "candidate",
        RevisionRole.Retained => "retained",
        _ => "retired",
    };

    private static RevisionSnapshot ReadSnapshot(V1ControllerRevision stored)
    {
        try
        {
            var snapshot = stored.Data is JsonElement data
                ? data.Deserialize(RevisionJson.Default.RevisionSnapshot)
                : JsonSerializer.Deserialize(KubernetesJson.Serialize(stored.Data), RevisionJson.Default.RevisionSnapshot);
            return snapshot ?? throw new InvalidDataException($"ControllerRevision {stored.Name()} has no data");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"ControllerRevision {stored.Name()} has data that this operator can't read: {e.Message}", e);
        }
    }

    /// <summary>By tier; those that have one.</summary>
    private static SortedDictionary<string, string> Homes(RevisionSnapshot snapshot) =>
        new(snapshot.Pools.Where(p => p.Home is not null).ToDictionary(p => p.Tier, p => p.Home!), StringComparer.Ordinal);

    private static RevisionSnapshot Housed(RevisionSnapshot snapshot, SortedDictionary<string, string>? homes) =>
        homes is null ? snapshot : snapshot.WithHomes(tier => homes.GetValueOrDefault(tier.Name));

    private static Dictionary<string, string> Annotations(Revision revision)
    {
        var annotations = new Dictionary<string, string>();
        Add(Labels.CandidateSince, revision.CandidateSince);
        Add(Labels.StableSince, revision.StableSince);
        Add(Labels.RetiredAt, revision.RetiredAt);
        if (Homes(revision.Snapshot) is { Count: > 0 } homes)
            annotations[Labels.Homes] = JsonSerializer.Serialize(homes, RevisionJson.Default.SortedDictionaryStringString);
        if (revision.Rollout != new RolloutState())
            annotations[Labels.Rollout] = JsonSerializer.Serialize(revision.Rollout, RolloutJson.Default.RolloutState);
        if (revision.Verdict is { } verdict)
            annotations[Labels.Verdict] = JsonSerializer.Serialize(verdict, RolloutJson.Default.RevisionVerdict);
        return annotations;

        void Add(string key, DateTimeOffset? time)
        {
            if (time is { } value)
                annotations[key] = value.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        }
    }

    private static DateTimeOffset? ReadTime(V1ControllerRevision stored, string annotation) =>
        stored.GetAnnotation(annotation) is { } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    private static T? ReadJson<T>(V1ControllerRevision stored, string annotation, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return stored.GetAnnotation(annotation) is { } text ? JsonSerializer.Deserialize(text, type) : null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"ControllerRevision {stored.Name()} has an annotation {annotation} that this operator can't read: {e.Message}", e);
        }
    }
}
