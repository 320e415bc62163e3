using k8s;
using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Manifests;

/// <summary>All objects of a pipeline but its ConfigMaps, Secret and ControllerRevisions, in the order in which they are applied.</summary>
internal static class PipelineManifests
{
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Of(PipelineLayout layout, ManifestContext context) =>
    [
        // First who may connect, then what there is to connect to.
        NetworkPolicies.Router(layout, context),
        .. layout.Pools.Select(pool => NetworkPolicies.Pool(layout, pool, context)),
        Services.Pipeline(layout),
        Services.Routers(layout),
        .. layout.Pools.Select(pool => Services.Pool(layout, pool)),
        Deployments.Router(layout, context),
        .. layout.Pools.Select(pool => Deployments.Pool(layout, pool, context)),
        .. Budgets(layout, context),
        .. context.Apis.Autoscalers ? layout.Pools.Where(pool => pool.IsAutoscaled).Select(pool => Autoscalers.Of(layout.Owner, pool)) : [],
    ];

    private static IEnumerable<V1PodDisruptionBudget> Budgets(PipelineLayout layout, ManifestContext context) =>
        context.Apis.PodDisruptionBudgets
            ?
            [
                DisruptionBudgets.Of(layout.Owner, layout.Owner.Names.Router, Labels.RouterComponent),
                .. layout.Pools.Select(pool => DisruptionBudgets.Of(layout.Owner, layout.Owner.Names.Pool(pool.Id), pool.Component)),
            ]
            : [];
}
