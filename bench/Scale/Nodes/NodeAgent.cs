using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Tests.World;

namespace Rerank.Scale.Nodes;

/// <summary>
/// What a cluster does with Deployments, as far as it takes for pipelines to serve: pods, and in them processes that start from what is mounted and load models in no
/// time. No pod is ever replaced: what is changed here changes no pod.
/// </summary>
internal sealed class NodeAgent(IResourceClient client, string ns, AdminServer admin)
{
    private const int AtOnce = 16;
    private const int All = 1000;

    private readonly Dictionary<string, List<Pod>> _pods = [];
    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = AtOnce };
    private int _started;

    public int Pods => _pods.Values.Sum(p => p.Count);

    /// <summary>Starts the pods that are missing and tells which have become ready.</summary>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        var missing = new List<V1Deployment>();
        foreach (var deployment in await client.ListAllAsync<V1Deployment>(ns, null, cancellationToken))
        {
            var pods = _pods.TryGetValue(deployment.Name(), out var known) ? known : _pods[deployment.Name()] = [];
            missing.AddRange(Enumerable.Repeat(deployment, Math.Max(0, (deployment.Spec.Replicas ?? 1) - pods.Count)));
        }

        await Parallel.ForEachAsync(missing, _parallel, async (deployment, _) => await StartAsync(deployment, cancellationToken));
        await Parallel.ForEachAsync(_pods.Values.SelectMany(p => p), _parallel, async (pod, _) => await ReportAsync(pod, cancellationToken));
    }

    /// <summary>Requests of applications: what the routers that have a candidate would have counted of them.</summary>
    /// <param name="requests">Of each router.</param>
    public void Pass(int requests)
    {
        foreach (var router in _pods.Values.SelectMany(p => p).SelectMany(p => p.Processes).OfType<FakeRouter>())
        {
            lock (router)
            {
                // With a new candidate its counters begin anew.
                router.Get();
                if (router is not { Table.Candidate.TrafficPermille: var weight, Seen: { } seen })
                    continue;
                var answered = requests * weight / All;
                router.Seen = seen with
                {
                    Stable = seen.Stable with { Requests = seen.Stable.Requests + requests - answered },
                    Candidate = seen.Candidate with { Requests = seen.Candidate.Requests + answered },
                };
            }
        }
    }

    private async Task StartAsync(V1Deployment deployment, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _started);
        var template = deployment.Spec.Template;
        var pod = new Pod(
            await client.CreateAsync(
                new V1Pod
                {
                    Metadata = new()
                    {
                        Name = $"{deployment.Name()}-{number}",
                        NamespaceProperty = ns,
                        Labels = template.Metadata.Labels,
                        Annotations = template.Metadata.Annotations,
                        OwnerReferences = [new() { ApiVersion = "apps/v1", Kind = "Deployment", Name = deployment.Name(), Uid = deployment.Uid(), Controller = true }],
                    },
                    Spec = template.Spec,
                },
                cancellationToken),
            $"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}");
        await StartProcessesAsync(pod, cancellationToken);
        lock (_pods)
            _pods[deployment.Name()].Add(pod);
    }

    private async Task StartProcessesAsync(Pod pod, CancellationToken cancellationToken)
    {
        var spec = pod.Stored.Spec;
        var configMap = spec.Volumes.Single(v => v.ConfigMap is not null).ConfigMap.Name;
        var files = (await client.GetAsync<V1ConfigMap>(new(ns, configMap), cancellationToken))?.Data;
        foreach (var container in spec.Containers)
        {
            IFakeProcess process = container.Name == RouterContainer.Name ? Router(files) : Host(files, HostContainer.TierOfSidecar(container.Name));
            pod.Processes.Add(process);
            admin.Listen(pod.Ip, container.Ports.Single(p => p.Name.StartsWith(PodPorts.Admin, StringComparison.Ordinal)).ContainerPort, process);
        }
    }

    private static FakeRouter Router(IDictionary<string, string>? files)
    {
        var router = new FakeRouter(_ => 1);
        router.Start(File(files, PodPaths.RoutingTableKey));
        return router;
    }

    private static FakeHost Host(IDictionary<string, string>? files, string? sidecarTier)
    {
        var host = new FakeHost(m => new() { Name = m.Name, Digest = m.Digest, State = ModelState.Ready, SizeBytes = 1000 });
        host.Start(File(files, sidecarTier is null ? PodPaths.ModelSetKey : PodPaths.SidecarModelSetKey(sidecarTier)));
        return host;
    }

    private async Task ReportAsync(Pod pod, CancellationToken cancellationToken)
    {
        var isReady = pod.Processes.All(IsReady);
        if (pod.ReportedReady == isReady)
            return;
        pod.ReportedReady = isReady;
        var status = new V1Pod
        {
            Metadata = new() { Name = pod.Stored.Name(), NamespaceProperty = ns },
            Status = new() { Phase = "Running", PodIP = pod.Ip, Conditions = [new() { Type = "Ready", Status = isReady ? "True" : "False" }] },
        };
        await client.ApplyStatusAsync(status, cancellationToken);
    }

    private static bool IsReady(IFakeProcess process)
    {
        lock (process)
            return process.IsReady;
    }

    private static string? File(IDictionary<string, string>? files, string name) => files?.TryGetValue(name, out var text) == true ? text : null;

    private sealed class Pod(V1Pod stored, string ip)
    {
        public V1Pod Stored => stored;

        public string Ip => ip;

        public List<IFakeProcess> Processes { get; } = [];

        public bool? ReportedReady { get; set; }
    }
}
