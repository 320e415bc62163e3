using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Manifests;

internal static class Services
{
    private const int ApplicationPort = 80;

    /// <summary>The address of applications.</summary>
    public static V1Service Pipeline(PipelineLayout layout) =>
        Of(layout, layout.Owner.Names.Service, Labels.RouterComponent, ApplicationPort, clusterIP: null);

    /// <summary>
    /// Without an address of its own: routers look up each other, to hand on feedback for another one's answer. Who collects metrics by Services finds them here, and not at the
    /// address of applications.
    /// </summary>
    public static V1Service Routers(PipelineLayout layout)
    {
        var service = Of(layout, layout.Owner.Names.Router, Labels.RouterComponent, PodPorts.HttpPort, clusterIP: "None");
        service.Spec.Ports.Add(new() { Name = PodPorts.Probe, Port = PodPorts.ProbePort, TargetPort = PodPorts.Probe, Protocol = "TCP" });
        return service;
    }

    /// <summary>Without an address of its own: routers look up every pod and choose themselves.</summary>
    public static V1Service Pool(PipelineLayout layout, PoolLayout pool) =>
        Of(layout, layout.Owner.Names.Pool(pool.Id), pool.Component, PodPorts.HttpPort, clusterIP: "None");

    private static V1Service Of(PipelineLayout layout, string name, string component, int port, string? clusterIP) => new()
    {
        ApiVersion = "v1",
        Kind = V1Service.KubeKind,
        Metadata = layout.Owner.Metadata(name, Labels.Of(layout.Owner.Names, component)),
        Spec = new()
        {
            ClusterIP = clusterIP,
            Selector = Labels.Selector(layout.Owner.Names, component),
            Ports = [new() { Name = PodPorts.Http, Port = port, TargetPort = PodPorts.Http, Protocol = "TCP" }],
        },
    };
}
