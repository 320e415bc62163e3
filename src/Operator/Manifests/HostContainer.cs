using k8s.Models;

namespace Rerank.Operator.Manifests;

/// <summary>A RerankerHost, alone in a pool's pod or beside a router.</summary>
internal static class HostContainer
{
    public const string PoolName = "host";

    private const int FirstSidecarAdminPort = 9091;
    private const int FirstSidecarProbePort = 8082;
    private const string SidecarPrefix = "host-";

    public static string SidecarName(string tier) => SidecarPrefix + tier;

    /// <returns>Null when the container is no sidecar.</returns>
    public static string? TierOfSidecar(string container) =>
        container.StartsWith(SidecarPrefix, StringComparison.Ordinal) ? container[SidecarPrefix.Length..] : null;

    public static V1Container InPool(HostLayout host, ManifestContext context)
    {
        var container = Create(PoolName, host, context, PodPaths.ModelSetKey, $"http://+:{PodPorts.HttpPort}", PodPorts.AdminPort, PodPorts.ProbePort);
        container.Ports =
        [
            Containers.Port(PodPorts.Http, PodPorts.HttpPort),
            Containers.Port(PodPorts.Probe, PodPorts.ProbePort),
            Containers.Port(PodPorts.Admin, PodPorts.AdminPort),
        ];
        Containers.AddLivenessProbes(container, PodPorts.Probe);
        Containers.AddReadinessProbe(container, PodPorts.Probe);
        return container;
    }

    /// <param name="index">Place among the sidecars: they share the pod's address, so that each needs ports of its own.</param>
    public static V1Container AsSidecar(HostLayout host, int index, ManifestContext context)
    {
        var (admin, probe) = (FirstSidecarAdminPort + index, FirstSidecarProbePort + index);
        var socket = $"http://unix:{PodPaths.Sockets}/{PodPaths.Socket(host.Tier)}";
        var container = Create(SidecarName(host.Tier), host, context, PodPaths.SidecarModelSetKey(host.Tier), socket, admin, probe);
        container.Ports =
        [
            Containers.Port(PodPorts.SidecarProbe(host.Tier), probe),
            Containers.Port(PodPorts.SidecarAdmin(host.Tier), admin),
        ];
        container.VolumeMounts.Add(Volumes.SocketsMount());

        // Its readiness is the router's to consider: a pod isn't ready when one of its containers isn't, and with a small model that hangs none of the routers would be. It listens all the same; without any
        // readiness probe a kubelet may take a minute to notice that it has started.
        Containers.AddLivenessProbes(container, PodPorts.SidecarProbe(host.Tier));
        if (host.Format >= PodFormat.WithBothTokens)
            Containers.AddListeningProbe(container, PodPorts.SidecarProbe(host.Tier));
        return container;
    }

    public static IEnumerable<V1Volume> VolumesOf(string container) =>
        [Volumes.Models(container), Volumes.Temporary(container)];

    private static V1Container Create(
        string name, HostLayout host, ManifestContext context, string modelSetKey, string urls, int adminPort, int probePort) => new()
        {
            Name = name,
            Image = host.Image,
            ImagePullPolicy = context.Options.ImagePullPolicy,
            Args =
            [
                "serve",
                "--model-set", $"{PodPaths.Config}/{modelSetKey}",
                "--admin-urls", $"http://+:{adminPort}",
                "--admin-token-file", PodPaths.AdminToken,
                "--model-directory", PodPaths.Models,
                "--bundled-directory", PodPaths.Bundled,
                "--claims-directory", PodPaths.Claims,
                "--urls", urls,
                "--probe-urls", $"http://+:{probePort}",
                "--drain-seconds", Containers.DrainSeconds,
            ],
            Env = Containers.Environment("RERANK_HOST_", context.Options, downloads: true),
            Resources = Containers.Resources(host.Resources, host.Gpu),
            SecurityContext = Containers.SecurityContext(),
            VolumeMounts =
            [
                Volumes.ConfigMount(),
                Volumes.AdminMount(),
                Volumes.ModelsMount(name),
                Volumes.TemporaryMount(name),
                .. host.Claims.Select(Volumes.ClaimMount),
            ],
        };
}
