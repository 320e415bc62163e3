using k8s.Models;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>The lists of built-in kinds that don't merge as a whole, from Kubernetes' OpenAPI (x-kubernetes-list-type).</summary>
internal static class BuiltInLists
{
    private static readonly (XListType, string[]) Whole = (XListType.Atomic, []);

    public static (XListType Type, string[] Keys) Of(Type declaring, string property)
    {
        if (declaring.Assembly != typeof(V1Pod).Assembly)
            return Whole;

        return (declaring.Name, property) switch
        {
            (nameof(V1ObjectMeta), nameof(V1ObjectMeta.Finalizers)) => (XListType.Set, []),
            (nameof(V1ObjectMeta), nameof(V1ObjectMeta.OwnerReferences)) => ByKeys("uid"),
            (nameof(V1PodSpec), nameof(V1PodSpec.Containers) or nameof(V1PodSpec.InitContainers) or nameof(V1PodSpec.EphemeralContainers)
                or nameof(V1PodSpec.Volumes) or nameof(V1PodSpec.ImagePullSecrets)) => ByKeys("name"),
            (nameof(V1PodSpec), nameof(V1PodSpec.TopologySpreadConstraints)) => ByKeys("topologyKey", "whenUnsatisfiable"),
            (nameof(V1PodSpec), nameof(V1PodSpec.HostAliases)) => ByKeys("ip"),
            (nameof(V1Container) or nameof(V1EphemeralContainer), nameof(V1Container.Ports)) => ByKeys("containerPort", "protocol"),
            (nameof(V1Container) or nameof(V1EphemeralContainer), nameof(V1Container.Env)) => ByKeys("name"),
            (nameof(V1Container) or nameof(V1EphemeralContainer), nameof(V1Container.VolumeMounts)) => ByKeys("mountPath"),
            (nameof(V1Container) or nameof(V1EphemeralContainer), nameof(V1Container.VolumeDevices)) => ByKeys("devicePath"),
            (nameof(V1ServiceSpec), nameof(V1ServiceSpec.Ports)) => ByKeys("port", "protocol"),
            (nameof(V1ServiceAccount), nameof(V1ServiceAccount.Secrets)) => ByKeys("name"),
            (nameof(V1PodStatus), nameof(V1PodStatus.PodIPs)) => ByKeys("ip"),
            (_, nameof(V1DeploymentStatus.Conditions)) => ByKeys("type"),
            _ => Whole,
        };
    }

    /// <summary>The value of a key that an item leaves out.</summary>
    public static string? DefaultOf(string key) => key == "protocol" ? "TCP" : null;

    private static (XListType, string[]) ByKeys(params string[] keys) => (XListType.Map, keys);
}
