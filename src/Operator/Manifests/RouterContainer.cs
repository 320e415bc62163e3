using k8s.Models;

namespace Rerank.Operator.Manifests;

internal static class RouterContainer
{
    public const string Name = "router";

    private const string Prefix = "RERANK_ROUTER_";

    public static V1Container Of(RouterLayout router, ManifestContext context)
    {
        var container = new V1Container
        {
            Name = Name,
            Image = router.Image,
            ImagePullPolicy = context.Options.ImagePullPolicy,
            Args =
            [
                "--urls", $"http://+:{PodPorts.HttpPort}",
                "--admin-urls", $"http://+:{PodPorts.AdminPort}",
                "--admin-token-file", PodPaths.AdminToken,
                "--routing-table", $"{PodPaths.Config}/{PodPaths.RoutingTableKey}",
                "--socket-directory", PodPaths.Sockets,
                "--drain-seconds", Containers.DrainSeconds,
            ],
            Env =
            [
                // As a variable, which a router of the release before doesn't know and skips. It has its metrics with the requests, as it had; probes ask there
                // in either, and so they ask the port that matters.
                new() { Name = $"{Prefix}PROBE_URLS", Value = $"http://+:{PodPorts.ProbePort}" },
                .. Containers.Environment(Prefix, context.Options) ?? [],
            ],
            Ports =
            [
                Containers.Port(PodPorts.Http, PodPorts.HttpPort),
                Containers.Port(PodPorts.Probe, PodPorts.ProbePort),
                Containers.Port(PodPorts.Admin, PodPorts.AdminPort),
            ],
            Resources = Containers.Resources(router.Resources),
            SecurityContext = Containers.SecurityContext(),
            VolumeMounts = [Volumes.ConfigMount(), Volumes.AdminMount(), Volumes.SocketsMount(), Volumes.TemporaryMount(Name)],
        };
        Containers.AddLivenessProbes(container, PodPorts.Http);
        Containers.AddReadinessProbe(container, PodPorts.Http);
        return container;
    }
}
