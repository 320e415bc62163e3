using System.Globalization;
using System.Runtime.CompilerServices;
using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Tests.World;

/// <summary>
/// What a cluster does with Deployments: pods of them, with processes that start from mounted files, readiness, rolling updates that remove an old
/// pod when a new one is ready.
/// </summary>
/// <param name="kubelet">Writes as the nodes do.</param>
/// <param name="ns">The namespace whose Deployments they run; null for all.</param>
internal sealed class FakeNodes(IResourceClient kubelet, FakeNetwork network, string? ns = null)
{
    private readonly Dictionary<string, FakePod> _pods = [];
    private readonly ConditionalWeakTable<V1PodTemplateSpec, string> _hashes = [];
    private int _started;

    // For those who look at the pods while others come and go.
    private volatile FakePod[] _all = [];

    /// <summary>What becomes of a model on a host; the rest loads.</summary>
    public Func<ModelSpec, ModelStatus?> Outcome { get; set; } = _ => null;

    /// <summary>What routers find wrong with a table; null: nothing.</summary>
    public Func<RoutingTable, string?> RefusesTable { get; set; } = _ => null;

    /// <summary>Whether pods of this component get a node; the rest does.</summary>
    public Func<string, bool> Schedules { get; set; } = _ => true;

    public IEnumerable<FakePod> Pods => _all;

    public IEnumerable<FakeRouter> ReadyRouters => _all.Where(p => p.IsReady).Select(p => p.Router).OfType<FakeRouter>();

    public async Task StepAsync(CancellationToken cancellationToken)
    {
        var stored = (await kubelet.ListAsync<V1Pod>(ns, null, null, cancellationToken)).Items;
        foreach (var gone in _pods.Keys.Except(stored.Select(p => p.Name())).ToList())
            Stop(gone);
        foreach (var deployment in (await kubelet.ListAsync<V1Deployment>(ns, null, null, cancellationToken)).Items)
            await RollAsync(deployment, [.. stored.Where(p => p.Metadata.OwnerReferences.Any(o => o.Uid == deployment.Uid()))], cancellationToken);
        foreach (var pod in _pods.Values)
            await ReportAsync(pod, cancellationToken);
    }

    public async Task KillAsync(string pod, CancellationToken cancellationToken)
    {
        var killed = _pods[pod].Pod;
        Stop(pod);
        await kubelet.DeleteAsync<V1Pod>(ObjectKey.Of(killed), uid: null, cancellationToken);
    }

    private async Task RollAsync(V1Deployment deployment, List<V1Pod> pods, CancellationToken cancellationToken)
    {
        var hash = _hashes.GetValue(deployment.Spec.Template, PodTemplates.HashOf);
        var current = pods.Where(p => p.GetAnnotation(Labels.TemplateHash) == hash).ToList();
        var old = pods.Except(current).ToList();
        for (var i = current.Count; i < deployment.Spec.Replicas; i++)
            await StartAsync(deployment, cancellationToken);
        var wanted = deployment.Spec.Replicas ?? 1;
        var ready = current.Count(p => _pods[p.Name()].IsReady);
        // Enough new ones are ready: the old ones may go. Before that, only so many that aren't ready either as the strategy allows.
        var replaced = ready >= wanted
            ? old
            : old.Where(p => !_pods[p.Name()].IsReady).Take(old.Count + ready - wanted + MaxUnavailable(deployment, wanted));
        // Of too many, those go first that are not ready.
        var surplus = current.OrderBy(p => _pods[p.Name()].IsReady).Take(current.Count - wanted);
        foreach (var pod in replaced.Concat(surplus).ToList())
            await KillAsync(pod.Name(), cancellationToken);
    }

    private static int MaxUnavailable(V1Deployment deployment, int wanted)
    {
        string? most = deployment.Spec.Strategy?.RollingUpdate?.MaxUnavailable;
        return most is null ? 0
            : most.EndsWith('%') ? wanted * int.Parse(most[..^1], CultureInfo.InvariantCulture) / 100
            : int.Parse(most, CultureInfo.InvariantCulture);
    }

    private async Task StartAsync(V1Deployment deployment, CancellationToken cancellationToken)
    {
        var number = ++_started;
        var template = deployment.Spec.Template;
        var component = template.Metadata.Labels[Labels.Component];
        var pod = new V1Pod
        {
            Metadata = new()
            {
                Name = $"{deployment.Name()}-{number}",
                NamespaceProperty = deployment.Namespace(),
                Labels = template.Metadata.Labels,
                Annotations = template.Metadata.Annotations,
                OwnerReferences = [new() { ApiVersion = "apps/v1", Kind = "Deployment", Name = deployment.Name(), Uid = deployment.Uid(), Controller = true }],
            },
            Spec = template.Spec,
        };
        await kubelet.CreateAsync(pod, cancellationToken);
        var fake = new FakePod(pod, component, $"10.0.{number / 250}.{(number % 250) + 1}") { IsScheduled = Schedules(component) };
        _pods[pod.Name()] = fake;
        if (fake.IsScheduled)
            await StartProcessesAsync(fake, cancellationToken);
        _all = [.. _pods.Values];
    }

    private async Task StartProcessesAsync(FakePod pod, CancellationToken cancellationToken)
    {
        var configMap = pod.Pod.Spec.Volumes.Single(v => v.ConfigMap is not null).ConfigMap.Name;
        var files = (await kubelet.GetAsync<V1ConfigMap>(new(pod.Pod.Namespace(), configMap), cancellationToken))?.Data;
        foreach (var container in pod.Pod.Spec.Containers)
        {
            IFakeProcess process;
            if (container.Name == RouterContainer.Name)
            {
                pod.Router = new FakeRouter(Reach) { Refuses = table => RefusesTable(table) };
                pod.Router.Start(File(files, PodPaths.RoutingTableKey));
                process = pod.Router;
            }
            else
            {
                var host = new FakeHost(Load);
                var tier = HostContainer.TierOfSidecar(container.Name);
                host.Start(File(files, tier is null ? PodPaths.ModelSetKey : PodPaths.SidecarModelSetKey(tier)));
                pod.Hosts[tier ?? pod.Component] = host;
                process = host;
            }

            network.Listen(pod.Ip, container.Ports.Single(p => p.Name.StartsWith(PodPorts.Admin, StringComparison.Ordinal)).ContainerPort, process);
        }
    }

    private async Task ReportAsync(FakePod pod, CancellationToken cancellationToken)
    {
        List<V1PodCondition> conditions = pod.IsScheduled
            ? [new() { Type = "Ready", Status = pod.IsReady ? "True" : "False" }]
            : [new() { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = "0/3 nodes: 3 Insufficient nvidia.com/gpu." }];
        var told = (pod.IsScheduled, pod.IsReady);
        if (pod.Reported == told)
            return;
        pod.Reported = told;
        var status = new V1Pod
        {
            Metadata = new() { Name = pod.Pod.Name(), NamespaceProperty = pod.Pod.Namespace() },
            Status = new() { Phase = pod.IsScheduled ? "Running" : "Pending", PodIP = pod.IsScheduled ? pod.Ip : null, Conditions = conditions },
        };
        await kubelet.ApplyStatusAsync(status, cancellationToken);
    }

    private void Stop(string pod)
    {
        if (!_pods.Remove(pod, out var stopped))
            return;
        _all = [.. _pods.Values];
        network.Hang(stopped.Ip);
    }

    private ModelStatus Load(ModelSpec model) =>
        Outcome(model) ?? new() { Name = model.Name, Digest = model.Digest, State = ModelState.Ready, SizeBytes = 1000 };

    // A headless Service's name stands for its ready pods; a socket is in the router's own pod.
    private int Reach(Cluster cluster)
    {
        var address = cluster.Addresses[0];
        return address.StartsWith("unix:", StringComparison.Ordinal)
            ? 1
            : _all.Count(p => p.IsReady && address.StartsWith($"http://{p.Deployment}.", StringComparison.Ordinal));
    }

    private static string? File(IDictionary<string, string>? files, string name) => files?.TryGetValue(name, out var text) == true ? text : null;
}

internal sealed class FakePod(V1Pod pod, string component, string ip)
{
    public V1Pod Pod => pod;

    public string Component => component;

    /// <summary>It has the name of the Service that selects its pods.</summary>
    public string Deployment => pod.Metadata.OwnerReferences[0].Name;

    public string Ip => ip;

    public bool IsScheduled { get; init; } = true;

    /// <summary>What the node last told of it.</summary>
    public (bool Scheduled, bool Ready)? Reported { get; set; }

    public FakeRouter? Router { get; set; }

    public Dictionary<string, FakeHost> Hosts { get; } = [];

    public override string ToString() =>
        $"{Pod.Metadata.Name} {(IsReady ? "ready" : "not ready")}: {(Router?.Table is { } table ? $"table {table.Generation} " : "")}"
        + string.Join(' ', Hosts.Select(h => $"{h.Key}={h.Value.Set?.Generation}:{string.Join(',', h.Value.Set?.Models.Select(m => m.Name) ?? [])}"));

    public bool IsReady => IsScheduled && (Router?.IsReady ?? true) && Hosts.Values.All(h => h.IsReady);
}
