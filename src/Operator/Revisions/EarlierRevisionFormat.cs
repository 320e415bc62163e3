using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Revisions;

/// <summary>
/// Revisions as earlier operators stored them: a role, and annotations for everything else. What they say is read as the state that it stood for, so that an upgrade
/// goes on in the middle of a rollout.
/// </summary>
internal static class EarlierRevisionFormat
{
    private const string Homes = "rerank.dev/homes";
    private const string CandidateSince = "rerank.dev/candidate-since";
    private const string StableSince = "rerank.dev/stable-since";
    private const string RetiredAt = "rerank.dev/retired-at";
    private const string Rollout = "rerank.dev/rollout";
    private const string Verdict = "rerank.dev/verdict";
    private const int All = 1000;

    /// <exception cref="UnreadableRevisionException">It isn't one of this operator's.</exception>
    public static RevisionDocument Read(V1ControllerRevision stored)
    {
        var rollout = Json(stored, Rollout, RevisionJson.Default.RolloutState) ?? new();
        var verdict = Json(stored, Verdict, RevisionJson.Default.RevisionVerdict);
        var isRejected = verdict?.Verdict == RevisionVerdictKind.Rejected;
        var state = stored.GetLabel(Labels.Role) switch
        {
            "stable" => rollout.BakesAgainst is null ? RevisionState.Stable : isRejected ? RevisionState.Returning : RevisionState.Baking,
            "candidate" => rollout.Step is null ? RevisionState.Placing : RevisionState.AtStep,
            "retained" => isRejected ? RevisionState.Rejected : RevisionState.Retained,
            "retired" => RevisionState.Retired,
            _ => throw new UnreadableRevisionException($"ControllerRevision {stored.Name()} has no valid label {Labels.Role}"),
        };
        var (candidate, stable, retired) = (Time(stored, CandidateSince), Time(stored, StableSince), Time(stored, RetiredAt));
        return new()
        {
            State = state,
            Since = Lifecycle.RoleOf(state) switch { RevisionRole.Candidate => candidate, RevisionRole.Stable => stable, _ => retired ?? stable },
            CandidateSince = candidate,
            StableSince = stable,
            ServedSince = stable,
            RetiredAt = retired,
            Try = isRejected ? Lifecycle.RoleOf(state) == RevisionRole.Candidate ? verdict!.Attempts + 1 : verdict!.Attempts : 1,
            Homes = Json(stored, Homes, RevisionJson.Default.SortedDictionaryStringString),
            // What baked had all of the traffic, and the weights of its last step were left over.
            Rollout = state == RevisionState.Baking ? rollout with { TrafficPermille = All, MirrorPermille = 0 } : rollout,
            Verdict = verdict,
        };
    }

    private static DateTimeOffset? Time(V1ControllerRevision stored, string annotation) =>
        stored.GetAnnotation(annotation) is { } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    private static T? Json<T>(V1ControllerRevision stored, string annotation, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return stored.GetAnnotation(annotation) is { } text ? JsonSerializer.Deserialize(text, type) : null;
        }
        catch (JsonException e)
        {
            throw new UnreadableRevisionException($"ControllerRevision {stored.Name()} has an annotation {annotation} that this operator can't read: {e.Message}", e);
        }
    }
}
