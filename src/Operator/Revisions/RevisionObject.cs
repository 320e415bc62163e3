using System.Runtime.CompilerServices;
using System.Text.Json;
using k8s;
using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Revisions;

/// <summary>Between a <see cref="Revision"/> and the ControllerRevision that holds it.</summary>
internal static class RevisionObject
{
    private static readonly ConditionalWeakTable<V1ControllerRevision, Revision> Known = [];

    public static V1ControllerRevision From(PipelineOwner owner, Revision revision)
    {
        var labels = Labels.Of(owner.Names);
        labels[Labels.Role] = revision.Role.ToString().ToLowerInvariant();
        labels[Labels.Revision] = revision.Name;
        var annotations = new Dictionary<string, string> { [Labels.State] = JsonSerializer.Serialize(Document(revision), RevisionJson.Default.RevisionDocument) };
        var metadata = owner.Metadata(owner.Names.Revision(revision.Name), labels, annotations);
        metadata.ResourceVersion = revision.ResourceVersion;
        return new()
        {
            ApiVersion = "apps/v1",
            Kind = V1ControllerRevision.KubeKind,
            Metadata = metadata,
            Revision = revision.Sequence,
            Data = JsonSerializer.SerializeToElement(revision.Snapshot, RevisionJson.Default.RevisionSnapshot),
        };
    }

    /// <summary>Of an object in an informer's cache: nobody changes it, so that it is read once.</summary>
    /// <exception cref="UnreadableRevisionException">As <see cref="Read"/>.</exception>
    public static Revision ReadOnce(V1ControllerRevision cached) => Known.GetValue(cached, Read);

    /// <summary>As <see cref="ReadOnce"/>, for showing.</summary>
    /// <returns>Null when it can't be read.</returns>
    public static Revision? TryReadOnce(V1ControllerRevision cached)
    {
        try
        {
            return ReadOnce(cached);
        }
        catch (UnreadableRevisionException)
        {
            return null;
        }
    }

    /// <exception cref="UnreadableRevisionException">It isn't one of this operator's, or of a later one's.</exception>
    public static Revision Read(V1ControllerRevision stored)
    {
        var snapshot = ReadSnapshot(stored);
        var document = stored.GetAnnotation(Labels.State) is { } text ? Parse(stored, text) : EarlierRevisionFormat.Read(stored);
        return new()
        {
            Name = stored.GetLabel(Labels.Revision) ?? snapshot.Hash(),
            State = document.State,
            Since = document.Since,
            Sequence = stored.Revision ?? 0,
            Snapshot = Housed(snapshot, document.Homes) with
            {
                Engine = document.HasEngine == true ? document.Engine : null,
                AdoptedEngine = document.HasEngine == true ? null : document.Engine,
            },
            CandidateSince = document.CandidateSince,
            StableSince = document.StableSince,
            ServedSince = document.ServedSince,
            RetiredAt = document.RetiredAt,
            Try = document.Try,
            Rollout = document.Rollout ?? new(),
            Verdict = document.Verdict,
            Uid = stored.Uid(),
            ResourceVersion = stored.ResourceVersion(),
        };
    }

    private static RevisionDocument Document(Revision revision) => new()
    {
        State = revision.State,
        Since = revision.Since,
        CandidateSince = revision.CandidateSince,
        StableSince = revision.StableSince,
        ServedSince = revision.ServedSince,
        RetiredAt = revision.RetiredAt,
        Try = revision.Try,
        Homes = Homes(revision.Snapshot) is { Count: > 0 } homes ? homes : null,
        Engine = revision.Snapshot.RunsOn,
        HasEngine = revision.Snapshot.Engine is null ? null : true,
        Rollout = revision.Rollout == new RolloutState() ? null : revision.Rollout,
        Verdict = revision.Verdict,
    };

    private static RevisionDocument Parse(V1ControllerRevision stored, string text)
    {
        try
        {
            var document = JsonSerializer.Deserialize(text, RevisionJson.Default.RevisionDocument)
                ?? throw new UnreadableRevisionException($"ControllerRevision {stored.Name()} has an empty annotation {Labels.State}");
            return document.Version <= RevisionDocument.CurrentVersion
                ? document
                : throw new UnreadableRevisionException($"ControllerRevision {stored.Name()} was written by a later operator, in version {document.Version} of {Labels.State}");
        }
        catch (JsonException e)
        {
            throw new UnreadableRevisionException($"ControllerRevision {stored.Name()} has an annotation {Labels.State} that this operator can't read: {e.Message}", e);
        }
    }

    private static RevisionSnapshot ReadSnapshot(V1ControllerRevision stored)
    {
        try
        {
            var snapshot = stored.Data is JsonElement data
                ? data.Deserialize(RevisionJson.Default.RevisionSnapshot)
                : JsonSerializer.Deserialize(KubernetesJson.Serialize(stored.Data), RevisionJson.Default.RevisionSnapshot);
            return snapshot ?? throw new UnreadableRevisionException($"ControllerRevision {stored.Name()} has no data");
        }
        catch (JsonException e)
        {
            throw new UnreadableRevisionException($"ControllerRevision {stored.Name()} has data that this operator can't read: {e.Message}", e);
        }
    }

    private static SortedDictionary<string, string> Homes(RevisionSnapshot snapshot) =>
        new(snapshot.Pools.Where(p => p.Home is not null).ToDictionary(p => p.Tier, p => p.Home!), StringComparer.Ordinal);

    private static RevisionSnapshot Housed(RevisionSnapshot snapshot, SortedDictionary<string, string>? homes) =>
        homes is null ? snapshot : snapshot.WithHomes(tier => homes.GetValueOrDefault(tier.Name));
}
