using k8s.Models;

namespace Rerank.Operator.Manifests;

internal static class RouterContainer
{
    public const string Name = "router";

    public static V1Container Of(RouterLayout router, ManifestContext context)
    {
        var container = new V1Container
        {
            Name = Name,
            Image = context.Options.Images.Router,
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
            Env = Containers.Environment("RERANK_ROUTER_", context.Options),
            Ports = [Containers.Port(PodPorts.Http, PodPorts.HttpPort), Containers.Port(PodPorts.Admin, PodPorts.AdminPort)],
            Resources = Containers.Resources(router.Resources),
            SecurityContext = Containers.SecurityContext(),
            VolumeMounts = [Volumes.ConfigMount(), Volumes.AdminMount(), Volumes.SocketsMount(), Volumes.TemporaryMount(Name)],
        };
        Containers.AddLivenessProbes(container, PodPorts.Http);
        Containers.AddReadinessProbe(container, PodPorts.Http);
        return container;
    }
}
