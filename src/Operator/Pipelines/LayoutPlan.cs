using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Pipelines.Revisions;

namespace Rerank.Operator.Pipelines;

/// <summary>What shall run so that every live revision can be served.</summary>
internal static class LayoutPlan
{
    private const int MinGracePeriodSeconds = 60;
    private const int GraceAfterRequestSeconds = 30;

    /// <param name="currentReplicas">What the Deployment of a tier's pool asks for now; null when there is none.</param>
    public static PipelineLayout Of(RerankPipeline pipeline, RevisionRoles roles, ServedApis apis, Func<string, int?> currentReplicas)
    {
        var live = roles.Live.Select(r => r.Snapshot).ToList();
        return new()
        {
            Owner = PipelineOwner.Of(pipeline),
            GracePeriodSeconds = GracePeriod(pipeline, live),
            Router = new()
            {
                Replicas = pipeline.Spec.Router.Replicas,
                Resources = DesiredRevision.Resources(pipeline.Spec.Router.Resources),
                Scheduling = DesiredRevision.Scheduling(pipeline.Spec.Router.Scheduling),
                Sidecars = [.. Tiers(live, Placement.Sidecar).Select(tier => Host(live, tier, Placement.Sidecar))],
            },
            Pools = [.. Tiers(live, Placement.Pool).Select(tier => Pool(pipeline, live, tier, apis, currentReplicas))],
        };
    }

    private static IEnumerable<string> Tiers(IReadOnlyList<RevisionSnapshot> live, Placement placement) =>
        live.SelectMany(s => s.ModelTiers(placement)).Select(t => t.Name).Distinct().Order(StringComparer.Ordinal);

    private static PoolLayout Pool(
        RerankPipeline pipeline, IReadOnlyList<RevisionSnapshot> live, string tier, ServedApis apis, Func<string, int?> currentReplicas)
    {
        // Scaling makes no revision: the spec decides as long as it has the tier.
        var spec = pipeline.Spec.Tiers.FirstOrDefault(t => t.Name == tier && t.Model?.Placement == Placement.Pool)?.Model?.Replicas;
        var stored = Newest(live, tier, Placement.Pool).Replicas;
        var (min, max) = spec is not null ? (spec.Min, spec.Max) : (stored?.Min ?? 1, stored?.Max ?? 1);
        if (!apis.Autoscalers)
            max = min;
        var replicas = max > min ? Math.Clamp(currentReplicas(tier) ?? min, min, max) : min;
        return new(Host(live, tier, Placement.Pool), replicas, min, max);
    }

    private static HostLayout Host(IReadOnlyList<RevisionSnapshot> live, string tier, Placement placement)
    {
        var all = live.Select(s => s.ModelTier(tier, placement)?.Model).OfType<ModelTierSnapshot>().ToList();
        var newest = all[0];
        return new()
        {
            Tier = tier,
            // The pods hold the models of every live revision, so they keep what one of them needs until it is retired.
            Gpu = newest.Gpu ?? all.Select(m => m.Gpu).FirstOrDefault(gpu => gpu is not null),
            Claims = [.. all.Select(m => m.Claim).OfType<string>().Distinct().Order(StringComparer.Ordinal)],
            Resources = newest.Resources,
            Scheduling = newest.Scheduling,
        };
    }

    private static ModelTierSnapshot Newest(IReadOnlyList<RevisionSnapshot> live, string tier, Placement placement) =>
        live.Select(s => s.ModelTier(tier, placement)?.Model).OfType<ModelTierSnapshot>().First();

    private static int GracePeriod(RerankPipeline pipeline, IReadOnlyList<RevisionSnapshot> live)
    {
        var longest = live.Select(s => s.Policy.RequestTimeoutMilliseconds).Append(pipeline.Spec.Router.RequestTimeoutMilliseconds).Max();
        return Math.Max(MinGracePeriodSeconds, (int)Math.Ceiling(longest / 1000.0) + GraceAfterRequestSeconds);
    }
}
