using Rerank.Contracts.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Rollouts;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// Memory and pods that only revisions have which answer nothing any more. Pods that only rejected revisions use wait for every router to have left them, but not for ever: one that is ready to its node and says nothing to the operator must not
/// hold GPUs that nobody uses.
/// </summary>
internal static class Capacity
{
    private const int Named = 5;

    // A cluster may add nodes for pods that fit nowhere.
    private static readonly TimeSpan NodesTake = TimeSpan.FromMinutes(3);

    /// <returns>The roles, with since when nothing is heard; and what needn't be waited for any longer.</returns>
    public static (RevisionRoles Roles, IReadOnlyList<RolloutDecision> Released) Watch(RevisionRoles roles, Observation observed, int deadlineSeconds, DateTimeOffset now)
    {
        if (!roles.Retained.Any(r => r.State == RevisionState.Rejected))
            return (roles, []);
        var retained = roles.Retained.Select(r => r.State == RevisionState.Rejected ? Watched(r, observed, now) : r).ToList();
        var released = retained.Where(r => RolloutPlan.IsOver(r.Rollout.SilentSince, deadlineSeconds, now)).Select(r => Released(r, observed, deadlineSeconds)).ToList();
        return (retained.SequenceEqual(roles.Retained) ? roles : roles with { Retained = retained }, released);
    }

    /// <summary>Whether what the candidate lacks is what a retained revision has: memory of a host that holds both, or nodes and quota for pods of its own.</summary>
    /// <param name="placement">What keeps the candidate from being placed; null: nothing.</param>
    public static bool IsInTheWay(Observation observed, RevisionRoles roles, Revision candidate, Revision retained, Problem? placement, DateTimeOffset now) =>
        HasMemory(observed, candidate, retained)
        || (placement?.Reason is Reasons.NoNodeFits or Reasons.InsufficientResources or Reasons.PodsNotCreated
            && now - candidate.CandidateSince > NodesTake
            && HasPods(roles, candidate, retained));

    // That only it uses; with GPUs, where the candidate's have any.
    private static bool HasPods(RevisionRoles roles, Revision candidate, Revision retained)
    {
        var others = roles.Live.Where(r => r.Name != retained.Name).SelectMany(r => r.Snapshot.Pools).ToHashSet();
        var needsGpus = candidate.Snapshot.ModelTiers(Placement.Pool).Any(t => t.Model!.Gpu is not null);
        return retained.Snapshot.ModelTiers(Placement.Pool).Any(t => !others.Contains(t.Pool) && (!needsGpus || t.Model!.Gpu is not null));
    }

    private static bool HasMemory(Observation observed, Revision candidate, Revision retained) =>
        candidate.Snapshot.Tiers.Where(tier => tier.Model is { } model && Holds(retained, tier, model)).Any(tier => observed.Hosting(tier).Any(pod => LacksMemory(pod, tier, tier.Model!)));

    // In the pods that the tier's model shall be in.
    private static bool Holds(Revision revision, TierSnapshot tier, ModelTierSnapshot model) =>
        revision.Snapshot.ModelTier(tier.Name, model.Placement) is { Model: { } held } there && there.Pool == tier.Pool && held.Model.Digest != model.Model.Digest;

    private static bool LacksMemory(ObservedPod pod, TierSnapshot tier, ModelTierSnapshot model)
    {
        var host = pod.Hosts.GetValueOrDefault(model.Placement == Placement.Pool ? tier.Pool.Component : tier.Name);
        return host?.Status?.Models.FirstOrDefault(m => m.Digest == model.Model.Digest) is { State: ModelState.Failed, Reason: ModelFailure.GpuMemoryExceeded or ModelFailure.OutOfMemory };
    }

    // Since the last time that one of them said that it had not left it. All have left it: then nothing is waited for.
    private static Revision Watched(Revision revision, Observation observed, DateTimeOffset now)
    {
        var isSilent = !Acknowledgement.HasLeft(observed, revision.Name) && Acknowledgement.HasLeftButForSilent(observed, revision.Name);
        var since = !isSilent ? null : revision.Rollout.SilentSince is { } before && before <= now ? before : (DateTimeOffset?)now;
        return since == revision.Rollout.SilentSince ? revision : revision with { Rollout = revision.Rollout with { SilentSince = since } };
    }

    private static RolloutDecision Released(Revision revision, Observation observed, int deadlineSeconds) => new(
        DecisionKind.Released,
        revision.Name,
        RolloutReasons.RouterNotFollowing,
        $"What only it used is removed, although {string.Join(", ", Acknowledgement.Behind(observed).Take(Named))} has not said that it left it: nothing was heard from there for {deadlineSeconds} s.");
}
