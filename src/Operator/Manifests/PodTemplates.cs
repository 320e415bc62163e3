using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.Models;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Manifests;

/// <summary>
/// Templates of the pods. They say nothing about models: those come by model set, so that a change of model restarts no pod.
/// </summary>
internal static class PodTemplates
{
    // The user of the .NET images.
    private const int User = 1654;

    public static V1PodTemplateSpec Router(PipelineLayout layout, ManifestContext context)
    {
        var router = layout.Router;
        var names = layout.Owner.Names;
        var spec = Spec(layout, router.Format, names.Router, Labels.RouterComponent, router.Scheduling, context);
        spec.Containers = [RouterContainer.Of(router, context), .. router.Sidecars.Select((host, i) => HostContainer.AsSidecar(host, i, context))];
        spec.Volumes =
        [
            .. spec.Volumes,
            Volumes.Sockets(),
            Volumes.Temporary(RouterContainer.Name),
            .. router.Sidecars.SelectMany(host => HostContainer.VolumesOf(HostContainer.SidecarName(host.Tier))),
            .. router.Sidecars.SelectMany(host => host.Claims).Distinct().Order(StringComparer.Ordinal).Select(Volumes.Claim),
        ];
        return Template(names, Labels.RouterComponent, spec);
    }

    public static V1PodTemplateSpec Pool(PipelineLayout layout, PoolLayout pool, ManifestContext context)
    {
        var names = layout.Owner.Names;
        var host = pool.Host;
        var spec = Spec(layout, host.Format, names.Pool(pool.Id), pool.Component, host.Scheduling, context);
        spec.Containers = [HostContainer.InPool(host, context)];
        spec.Volumes = [.. spec.Volumes, .. HostContainer.VolumesOf(HostContainer.PoolName), .. host.Claims.Select(Volumes.Claim)];
        return Template(names, pool.Component, spec);
    }

    /// <summary>What tells pods of this template from pods of another.</summary>
    public static string HashOf(V1PodTemplateSpec template) => template.Metadata.Annotations[Labels.TemplateHash];

    private static V1PodTemplateSpec Template(PipelineNames names, string component, V1PodSpec spec) => new()
    {
        Metadata = new()
        {
            Labels = Labels.Of(names, component),
            Annotations = new Dictionary<string, string> { [Labels.TemplateHash] = Hash(spec) },
        },
        Spec = spec,
    };

    private static V1PodSpec Spec(
        PipelineLayout layout, int format, string configMap, string component, SchedulingSnapshot? scheduling, ManifestContext context) => new()
        {
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            TerminationGracePeriodSeconds = layout.GracePeriodSeconds,
            SecurityContext = new()
            {
                RunAsNonRoot = true,
                RunAsUser = User,
                RunAsGroup = User,
                SeccompProfile = new() { Type = "RuntimeDefault" },
            },
            ImagePullSecrets = context.Options.ImagePullSecrets is { Length: > 0 } secrets
                ? [.. secrets.Select(name => new V1LocalObjectReference { Name = name })]
                : null,
            NodeSelector = scheduling?.NodeSelector?.ToDictionary(),
            Tolerations = scheduling?.Tolerations is { Count: > 0 } tolerations ? [.. tolerations.Select(Toleration)] : null,
            PriorityClassName = scheduling?.PriorityClassName,
            RuntimeClassName = scheduling?.RuntimeClassName,
            TopologySpreadConstraints =
            [
                new()
                {
                    MaxSkew = 1,
                    TopologyKey = "kubernetes.io/hostname",
                    WhenUnsatisfiable = "ScheduleAnyway",
                    LabelSelector = new() { MatchLabels = Labels.Selector(layout.Owner.Names, component) },
                },
            ],
            Volumes = [Volumes.Config(configMap), Volumes.Admin(layout.Owner.Names.AdminSecret, format)],
        };

    private static V1Toleration Toleration(TolerationSnapshot toleration) => new()
    {
        Key = toleration.Key,
        OperatorProperty = toleration.Operator.ToString(),
        Value = toleration.Value,
        Effect = toleration.Effect?.ToString(),
    };

    private static string Hash(V1PodSpec spec) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(KubernetesJson.Serialize(spec))).AsSpan(0, 5));
}
