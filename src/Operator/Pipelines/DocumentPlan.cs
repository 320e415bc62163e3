using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s.Models;
using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Models;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// What routers and hosts shall be told. A document keeps its generation as long as its content is the same, and gets a higher one than anybody has
/// seen when it isn't: also when the ConfigMap with the last one was lost.
/// </summary>
internal static class DocumentPlan
{
    private const string DefaultKeyHeader = "X-Session-Id";

    public static DesiredDocuments Of(Observation observed, RevisionRoles roles, IPoolAddresses addresses)
    {
        var live = roles.Live.Select(r => r.Snapshot).ToList();
        var sidecars = LayoutPlan.Sidecars(live).ToDictionary(tier => tier, tier => Set(observed, roles, tier, Placement.Sidecar, s => s.ModelTier(tier, Placement.Sidecar)?.Model));
        var pools = LayoutPlan.Pools(live).ToDictionary(pool => pool.Component, pool => Set(observed, roles, pool.Component, Placement.Pool, s => s.InPool(pool)));
        return new() { Table = Table(observed, roles, addresses), SidecarSets = sidecars, PoolSets = pools, Versions = observed.Documents.Versions };
    }

    /// <param name="host">Tier of sidecars, or component of a pool.</param>
    /// <param name="modelOf">What of a revision these hosts hold.</param>
    private static ModelSet Set(
        Observation observed, RevisionRoles roles, string host, Placement placement, Func<RevisionSnapshot, ModelTierSnapshot?> modelOf)
    {
        var held = roles.Live.Select(r => modelOf(r.Snapshot)?.Model).OfType<ModelSpec>().ToList();
        // Of what bakes and what it replaced, both are. In pods where neither is, what a candidate answers with, or else the newest, is what a pod has to have to
        // be of use; but routers have to be ready for the stable revision without it.
        string[] required = [.. new[] { roles.Stable, RolloutArms.BakesAgainst(roles) }.OfType<Revision>().Select(r => modelOf(r.Snapshot)?.Model.Digest).OfType<string>()];
        if (required.Length == 0 && (placement == Placement.Pool || roles.Stable is null))
            required = [(Answering(roles, modelOf) ?? Followed(observed, roles, modelOf) ?? held[0]).Digest];
        var set = new ModelSet
        {
            Generation = 0,
            Pipeline = PipelineOwner.Of(observed.Pipeline).ToString(),
            Limits = Limits(roles),
            Models =
            [
                .. held
                    .DistinctBy(m => m.Digest)
                    // A host wants every name once. One name for two contents is what a ModelVersion leaves that was forced away and made anew.
                    .GroupBy(m => m.Name)
                    .SelectMany(same => same.Select((m, i) => i == 0 ? m : m with { Name = ModelLimits.Marked(m.Name, ModelDigest.Shorten(m.Digest)) }))
                    .OrderBy(m => m.Digest, StringComparer.Ordinal)
                    .Select(m => m with { Required = required.Contains(m.Digest) }),
            ],
        };
        var pods = observed.Of(placement == Placement.Pool ? host : Labels.RouterComponent);
        var reported = pods.Select(p => p.Hosts.GetValueOrDefault(host)?.Status?.Generation ?? 0);
        var stored = observed.Documents.Set(host, placement);
        var same = stored is not null && Same(stored with { Generation = 0 }, set, ContractsJson.Default.ModelSet);
        return set with { Generation = Generation(stored?.Generation, same, reported) };
    }

    /// <summary>What any live revision's routers allow. Nothing where hosts take it anyway, so that hosts of earlier versions are told what they know.</summary>
    private static HostLimits? Limits(RevisionRoles roles)
    {
        var policies = roles.Live.Select(r => r.Snapshot.Policy).ToList();
        var limits = new HostLimits
        {
            MaxDocuments = policies.Max(p => p.Limits.MaxDocuments),
            MaxBodyBytes = policies.Max(p => p.Limits.MaxBodyBytes),
            RequestTimeoutMilliseconds = policies.Max(p => p.RequestTimeoutMilliseconds),
        };
        return limits.IsWithin(HostLimits.Default) ? null : limits;
    }

    // It got its weight when every router had left what was replaced: one that doesn't answer for a moment is no reason to ask the pods for that again.
    private static ModelSpec? Answering(RevisionRoles roles, Func<RevisionSnapshot, ModelTierSnapshot?> modelOf) =>
        RolloutArms.Of(roles) is { Judged: { } judged, TrafficPermille: > 0 } ? modelOf(judged.Snapshot)?.Model : null;

    // What was replaced and has no part in what routers shall do. Until all of them know that, its pods must not be taken from those that don't.
    private static ModelSpec? Followed(Observation observed, RevisionRoles roles, Func<RevisionSnapshot, ModelTierSnapshot?> modelOf) =>
        roles.Retained.Where(r => !Acknowledgement.HasLeft(observed, r.Name)).Select(r => modelOf(r.Snapshot)?.Model).FirstOrDefault(m => m is not null);

    private static RoutingTable? Table(Observation observed, RevisionRoles roles, IPoolAddresses addresses)
    {
        var current = observed.Documents.Table;
        // Without a stable revision there is nothing to route to; and if its record was lost, routers go on with what they have.
        if (RolloutArms.Of(roles) is not { } arms)
            return current;

        var names = new ClusterNames(roles.Live.Select(r => r.Snapshot));
        var table = new RoutingTable
        {
            Generation = 0,
            Pipeline = PipelineOwner.Of(observed.Pipeline).ToString(),
            // The candidate's clusters too: routers find them and watch their health before anything is sent there.
            Clusters = [.. Clusters(observed, roles, addresses, names)],
            MostUrgentPriority = observed.Pipeline.Spec.Router.MostUrgentPriority is < 0 and var priority ? priority : null,
            Hedging = observed.Pipeline.Spec.Router.Hedging is { } hedging
                ? new HedgingPolicy { AfterPercentile = hedging.AfterPercentile, MaxExtraPermille = hedging.MaxExtraPermille }
                : null,
            Cors = observed.Pipeline.Spec.Router.Cors is { AllowedOrigins.Count: > 0 } cors ? new Cors([.. cors.AllowedOrigins]) : null,
            Stable = Arm(arms.Baseline, names),
            Candidate = arms.Judged is null ? null : Candidate(observed.Pipeline.Spec, arms, arms.Judged, names),
            Peers = addresses.OfRouters(PipelineOwner.Of(observed.Pipeline), [.. observed.Routers.Select(p => p.Pod).OrderBy(p => p.Name(), StringComparer.Ordinal)]),
        };
        // Where addresses are those of single pods, there may be none at the moment. Routers then go on trying the last ones.
        if (table.Stable.Tiers.Concat(table.Candidate?.Arm.Tiers ?? []).Any(t => t.Model is not null && table.Clusters.All(c => c.Name != t.Model.Cluster)))
            return current;
        var reported = observed.Routers.Select(p => p.Router?.Status?.Generation ?? 0);
        var same = current is not null && Same(current with { Generation = 0 }, table, ContractsJson.Default.RoutingTable);
        return table with { Generation = Generation(current?.Generation, same, reported) };
    }

    private static Arm Arm(Revision revision, ClusterNames names) =>
        new() { Revision = revision.Name, Policy = revision.Snapshot.Policy, Tiers = [.. revision.Snapshot.Tiers.Select(t => Tier(t, names))] };

    private static CandidateArm Candidate(RerankPipelineSpec spec, RolloutArms arms, Revision judged, ClusterNames names) => new()
    {
        Arm = Arm(judged, names),
        Attempt = judged.Rollout.Attempt,
        Epoch = judged.Rollout.Epoch,
        TrafficPermille = arms.TrafficPermille,
        MirrorPermille = arms.MirrorPermille,
        MaxShadowCostPermille = spec.Rollout.Analysis.MaxShadowCostPermille,
        ComparedPlaces = MetricTypes.ComparedPlaces(spec.Rollout.Analysis),
        Assignment = Assignment(spec.Router),
        HardLimits = MetricTypes.HardLimits(spec.Rollout.Analysis),
        LatencyTests = MetricTypes.LatencyTests(spec.Rollout.Analysis),
        FeedbackAfterSeconds = spec.Rollout.Analysis.FeedbackAfterSeconds,
    };

    private static Assignment Assignment(RouterSpec router) => new()
    {
        Type = router.Assignment.Type,
        HeaderName = router.Assignment.Type == AssignmentType.HeaderHash ? router.Assignment.HeaderName ?? DefaultKeyHeader : null,
        ForceHeaderName = router.CandidateHeader.Name,
        ForceCandidateValue = router.CandidateHeader.Value,
    };

    private static IEnumerable<Cluster> Clusters(Observation observed, RevisionRoles roles, IPoolAddresses addresses, ClusterNames names)
    {
        var owner = PipelineOwner.Of(observed.Pipeline);
        var live = roles.Live.Select(r => r.Snapshot).ToList();
        foreach (var tier in LayoutPlan.Sidecars(live))
            yield return new() { Name = names.OfSidecar(tier), Addresses = [$"unix:{PodPaths.Socket(tier)}"] };
        foreach (var pool in LayoutPlan.Pools(live))
        {
            V1Pod[] pods = [.. observed.Of(pool.Component).Select(p => p.Pod).OrderBy(p => p.Name(), StringComparer.Ordinal)];
            var name = ClusterNames.OfPool(pool);
            var found = addresses.OfPool(owner, pool, pods) is { Count: > 0 } now
                ? now
                : observed.Documents.Table?.Clusters.FirstOrDefault(c => c.Name == name)?.Addresses;
            if (found is { Count: > 0 })
                yield return new() { Name = name, Addresses = found };
        }
    }

    private static Tier Tier(TierSnapshot tier, ClusterNames names) => new()
    {
        Name = tier.Name,
        Cache = tier.Cache,
        Model = tier.Model is not { } model ? null : new()
        {
            Cluster = names.Of(tier),
            Model = model.Model.Name,
            Digest = model.Model.Digest,
            Activation = model.Model.Contract.Activation,
            Escalation = model.Escalation,
        },
    };

    private static long Generation(long? stored, bool same, IEnumerable<long> reported)
    {
        var seen = reported.DefaultIfEmpty().Max();
        return same && stored >= seen ? stored.Value : Math.Max(stored ?? 0, seen) + 1;
    }

    private static bool Same<T>(T left, T right, JsonTypeInfo<T> type) =>
        JsonSerializer.SerializeToUtf8Bytes(left, type).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(right, type));
}
