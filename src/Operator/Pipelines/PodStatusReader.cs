using k8s.Models;
using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Admin;
using Rerank.Operator.Manifests;

namespace Rerank.Operator.Pipelines;

/// <summary>Asks the processes in pods what they do.</summary>
internal sealed class PodStatusReader(AdminClient admin)
{
    public Task<IReadOnlyList<ObservedPod>> ReadAsync(IReadOnlyList<V1Pod> pods, string token, CancellationToken cancellationToken) =>
        AtOnce.CallAsync(pods, (pod, ct) => ReadAsync(pod, token, ct), cancellationToken);

    private async Task<ObservedPod> ReadAsync(V1Pod pod, string token, CancellationToken cancellationToken)
    {
        var component = pod.GetLabel(Labels.Component) ?? "";
        var router = component == Labels.RouterComponent ? RouterAsync(pod, token, cancellationToken) : null;
        var hosts = HostPorts(pod, component).Select(host => (host.Name, Report: HostAsync(pod, host.Port, token, cancellationToken))).ToList();
        var reports = new Dictionary<string, ProcessReport<HostStatus>>();
        foreach (var (name, report) in hosts)
            reports[name] = await report;
        return new() { Pod = pod, Component = component, Router = router is null ? null : await router, Hosts = reports };
    }

    private static IEnumerable<(string Name, string Port)> HostPorts(V1Pod pod, string component)
    {
        if (component != Labels.RouterComponent)
            return [(component, PodPorts.Admin)];
        return pod.Spec.Containers.Select(c => HostContainer.TierOfSidecar(c.Name)).OfType<string>().Select(tier => (tier, PodPorts.SidecarAdmin(tier)));
    }

    private async Task<ProcessReport<RouterStatus>> RouterAsync(V1Pod pod, string token, CancellationToken cancellationToken)
    {
        if (!PodPorts.TryGetAddress(pod, PodPorts.Admin, out var address))
            return new(null, null, "it has no address yet");
        var answer = await admin.GetStatusAsync(address, token, ContractsJson.Default.RouterStatus, cancellationToken);
        return new(address, answer.Status, answer.Problem);
    }

    private async Task<ProcessReport<HostStatus>> HostAsync(V1Pod pod, string port, string token, CancellationToken cancellationToken)
    {
        if (!PodPorts.TryGetAddress(pod, port, out var address))
            return new(null, null, "it has no address yet");
        var answer = await admin.GetStatusAsync(address, token, ContractsJson.Default.HostStatus, cancellationToken);
        return new(address, answer.Status, answer.Problem);
    }
}
