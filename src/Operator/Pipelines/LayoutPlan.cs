using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Pipelines;

/// <summary>What shall run so that every live revision can be served.</summary>
internal static class LayoutPlan
{
    private const int MinGracePeriodSeconds = 60;
    private const int GraceAfterRequestSeconds = 30;

    /// <param name="hasTable">Whether routers were told of a routing table before.</param>
    /// <param name="currentReplicas">What the Deployment of a pool asks for now; null when there is none.</param>
    public static PipelineLayout Of(RerankPipeline pipeline, RevisionRoles roles, ManifestContext context, bool hasTable, Func<PoolId, int?> currentReplicas)
    {
        var live = roles.Live.Select(r => r.Snapshot).ToList();
        // What serves, and what will: a limit that is lowered holds for a router only once it has left the revisions that allow more.
        var maxBodyBytes = live.Select(s => s.Policy.Limits.MaxBodyBytes).Append(pipeline.Spec.Router.Limits.MaxBodyBytes).Max();
        return new()
        {
            Owner = PipelineOwner.Of(pipeline),
            GracePeriodSeconds = GracePeriod(pipeline, live),
            Router = new()
            {
                Replicas = pipeline.Spec.Router.Replicas,
                HasTable = hasTable || roles.Stable is not null,
                Resources = Filled(
                    context,
                    DesiredRevision.Resources(pipeline.Spec.Router.Resources),
                    DefaultResources.Router(live.SelectMany(s => s.Tiers).Select(t => t.Cache?.MemoryBytes).OfType<long>(), maxBodyBytes)),
                Scheduling = DesiredRevision.Scheduling(pipeline.Spec.Router.Scheduling),
                Sidecars = [.. Sidecars(live).Select(tier => Host(tier, live.Select(s => s.ModelTier(tier, Placement.Sidecar)?.Model), context))],
            },
            Pools = [.. Pools(live).Select(pool => Pool(pipeline, live, pool, context, currentReplicas))],
        };
    }

    /// <summary>In the order of their names.</summary>
    public static IEnumerable<string> Sidecars(IEnumerable<RevisionSnapshot> live) =>
        live.SelectMany(s => s.ModelTiers(Placement.Sidecar)).Select(t => t.Name).Distinct().Order(StringComparer.Ordinal);

    /// <summary>In the order of their names.</summary>
    public static IEnumerable<PoolId> Pools(IEnumerable<RevisionSnapshot> live) =>
        live.SelectMany(s => s.Pools).Distinct().OrderBy(pool => pool.Component, StringComparer.Ordinal);

    /// <summary>Those whose number of pods an autoscaler chooses, where the cluster has any.</summary>
    public static IEnumerable<TierSpec> AutoscaledTiers(RerankPipelineSpec spec) => spec.Tiers.Where(t => t.Model?.Replicas is { } replicas && replicas.Max > replicas.Min);

    /// <summary>How many pods a pool has. Scaling makes no revision: the spec decides as long as it has the tier.</summary>
    public static ReplicasSnapshot Replicas(RerankPipelineSpec spec, PoolId pool, ModelTierSnapshot model)
    {
        var asked = spec.Tiers.FirstOrDefault(t => t.Name == pool.Tier && t.Model?.Placement == Placement.Pool)?.Model?.Replicas;
        return asked is not null ? new(asked.Min, asked.Max) : model.Replicas ?? new(1, 1);
    }

    private static PoolLayout Pool(
        RerankPipeline pipeline, IReadOnlyList<RevisionSnapshot> live, PoolId pool, ManifestContext context, Func<PoolId, int?> currentReplicas)
    {
        var models = live.Select(s => s.InPool(pool)).OfType<ModelTierSnapshot>().ToList();
        var (min, max) = Replicas(pipeline.Spec, pool, models[0]);
        if (!context.Apis.Autoscalers)
            max = min;
        var replicas = max > min ? Math.Clamp(currentReplicas(pool) ?? min, min, max) : min;
        var host = Host(pool.Tier, models, context);
        return new(pool, host, replicas, min, max) { CpuOfPod = host.Gpu is null && !DefaultResources.Names(models[0].Resources, "cpu") ? DefaultResources.AutoscaledCpu : null };
    }

    /// <param name="models">Of the revisions that have the tier there, newest first.</param>
    private static HostLayout Host(string tier, IEnumerable<ModelTierSnapshot?> models, ManifestContext context)
    {
        var all = models.OfType<ModelTierSnapshot>().ToList();
        var newest = all[0];
        // The pods hold the models of every live revision, so they keep what one of them needs until it is retired.
        var gpu = newest.Gpu ?? all.Select(m => m.Gpu).FirstOrDefault(gpu => gpu is not null);
        return new()
        {
            Tier = tier,
            Gpu = gpu,
            Claims = [.. all.Select(m => m.Claim).OfType<string>().Distinct().Order(StringComparer.Ordinal)],
            Downloads = all.Any(m => m.Model.Source is { Http: not null } or { HuggingFace: not null }),
            Resources = Filled(context, newest.Resources, DefaultResources.Host(hasGpu: gpu is not null)),
            Scheduling = newest.Scheduling,
        };
    }

    private static ResourcesSnapshot? Filled(ManifestContext context, ResourcesSnapshot? own, ResourcesSnapshot defaults) =>
        context.Options.DefaultResources ? DefaultResources.Fill(own, defaults) : own;

    private static int GracePeriod(RerankPipeline pipeline, IReadOnlyList<RevisionSnapshot> live)
    {
        var longest = live.Select(s => s.Policy.RequestTimeoutMilliseconds).Append(pipeline.Spec.Router.RequestTimeoutMilliseconds).Max();
        return Math.Max(MinGracePeriodSeconds, (int)Math.Ceiling(longest / 1000.0) + GraceAfterRequestSeconds);
    }
}
