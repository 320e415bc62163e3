using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Manifests;

/// <summary>Who may connect to the pods. What they connect to is not limited: hosts download models from wherever ModelVersions say.</summary>
internal static class NetworkPolicies
{
    private const string NamespaceName = "kubernetes.io/metadata.name";

    /// <summary>Applications and probes from anywhere; the admin ports only from the operator.</summary>
    public static V1NetworkPolicy Router(PipelineLayout layout, ManifestContext context)
    {
        var sidecars = layout.Router.Sidecars.Select(host => host.Tier).ToList();
        return Of(
            layout.Owner,
            layout.Owner.Names.Router,
            Labels.RouterComponent,
            Rule(from: null, [PodPorts.Http, PodPorts.Probe, .. sidecars.Select(PodPorts.SidecarProbe)]),
            Rule(Operator(context), [PodPorts.Admin, .. sidecars.Select(PodPorts.SidecarAdmin)]));
    }

    /// <summary>Requests only from this pipeline's routers; health and metrics, on a port of their own, from anywhere.</summary>
    public static V1NetworkPolicy Pool(PipelineLayout layout, PoolLayout pool, ManifestContext context)
    {
        var owner = layout.Owner;
        var routers = new V1NetworkPolicyPeer { PodSelector = new() { MatchLabels = Labels.Selector(owner.Names, Labels.RouterComponent) } };
        return Of(
            owner,
            owner.Names.Pool(pool.Id),
            pool.Component,
            Rule(from: null, [PodPorts.Probe]),
            Rule(routers, [PodPorts.Http]),
            Rule(Operator(context), [PodPorts.Admin]));
    }

    // Namespaces have their name as a label since Kubernetes 1.21, as policy/v1 is served since then. Before, a pod of any namespace with the
    // operator's label gets through here; the admin port's token still keeps it out.
    private static V1NetworkPolicyPeer Operator(ManifestContext context) => new()
    {
        NamespaceSelector = context is { Apis.PodDisruptionBudgets: true, Options.Namespace: { Length: > 0 } ns }
            ? new() { MatchLabels = new Dictionary<string, string> { [NamespaceName] = ns } }
            : new(),
        PodSelector = new() { MatchLabels = new Dictionary<string, string> { [Labels.Name] = Labels.OperatorName } },
    };

    private static V1NetworkPolicy Of(PipelineOwner owner, string name, string component, params V1NetworkPolicyIngressRule[] rules) => new()
    {
        ApiVersion = "networking.k8s.io/v1",
        Kind = V1NetworkPolicy.KubeKind,
        Metadata = owner.Metadata(name, Labels.Of(owner.Names, component)),
        Spec = new()
        {
            PodSelector = new() { MatchLabels = Labels.Selector(owner.Names, component) },
            PolicyTypes = ["Ingress"],
            Ingress = rules,
        },
    };

    private static V1NetworkPolicyIngressRule Rule(V1NetworkPolicyPeer? from, IEnumerable<string> ports) => new()
    {
        FromProperty = from is null ? null : [from],
        Ports = [.. ports.Select(port => new V1NetworkPolicyPort { Port = port, Protocol = "TCP" })],
    };
}
