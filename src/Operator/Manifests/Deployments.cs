using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Manifests;

internal static class Deployments
{
    private const int KeptReplicaSets = 2;

    public static V1Deployment Router(PipelineLayout layout, ManifestContext context) => Of(
        layout,
        layout.Owner.Names.Router,
        Labels.RouterComponent,
        layout.Router.Replicas,
        PodTemplates.Router(layout, context),
        // A pod that can't become ready must not keep the pods that are to be replaced, which can't either.
        layout.Router.HasTable ? AddThenRemove() : ReplaceAll());

    /// <summary>
    /// With an autoscaler, replicas is what that last chose: to leave the field out would have the server fall back to one pod when nobody else
    /// has set it.
    /// </summary>
    public static V1Deployment Pool(PipelineLayout layout, PoolLayout pool, ManifestContext context) => Of(
        layout,
        layout.Owner.Names.Pool(pool.Id),
        pool.Component,
        pool.Replicas,
        PodTemplates.Pool(layout, pool, context),
        // A pod more needs a GPU more, which a cluster may not have. With several pods one of them can make room; the only one never does.
        pool.Host.Gpu is not null && pool.Min > 1 ? RemoveThenAdd() : AddThenRemove());

    private static V1Deployment Of(
        PipelineLayout layout, string name, string component, int replicas, V1PodTemplateSpec template, V1RollingUpdateDeployment update) => new()
        {
            ApiVersion = "apps/v1",
            Kind = V1Deployment.KubeKind,
            Metadata = layout.Owner.Metadata(name, Labels.Of(layout.Owner.Names, component)),
            Spec = new()
            {
                Replicas = replicas,
                RevisionHistoryLimit = KeptReplicaSets,
                Selector = new() { MatchLabels = Labels.Selector(layout.Owner.Names, component) },
                Strategy = new() { Type = "RollingUpdate", RollingUpdate = update },
                Template = template,
            },
        };

    private static V1RollingUpdateDeployment AddThenRemove() => new() { MaxSurge = 1, MaxUnavailable = 0 };

    private static V1RollingUpdateDeployment RemoveThenAdd() => new() { MaxSurge = 0, MaxUnavailable = 1 };

    private static V1RollingUpdateDeployment ReplaceAll() => new() { MaxSurge = 1, MaxUnavailable = "100%" };
}
