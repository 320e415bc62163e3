using System.Globalization;
using k8s.Models;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Local;

/// <summary>
/// Deployment controller and kubelet of local mode: makes Pods for Deployments, and processes for Pods. Everything is in this process's memory,
/// so it looks at all of it several times a second instead of following events.
/// </summary>
internal sealed class LocalNode(
    IResourceClient client, ProgramImages images, LocalOptions options, LocalConsole console, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<string, LocalPod> _pods = [];
    private readonly HttpClient _probes = new() { Timeout = TimeSpan.FromSeconds(1) };
    private int _made;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_pods.Values.Select(pod => pod.DisposeAsync().AsTask()));
        _pods.Clear();
    }

    public override void Dispose()
    {
        _probes.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            var pods = await client.ListAllAsync<V1Pod>(ns: null, labelSelector: null, stoppingToken);
            foreach (var deployment in await client.ListAllAsync<V1Deployment>(ns: null, labelSelector: null, stoppingToken))
            {
                await ScaleAsync(deployment, [.. pods.Where(pod => pod.IsOwnedBy(deployment))], stoppingToken);
            }

            await RunAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ScaleAsync(V1Deployment deployment, IReadOnlyList<V1Pod> pods, CancellationToken cancellationToken)
    {
        var plan = DeploymentPlan.For(deployment, await ReplicasAsync(deployment, cancellationToken), pods);
        for (var i = 0; i < plan.Create; i++)
        {
            await CreatePodAsync(deployment, cancellationToken);
        }

        foreach (var pod in plan.Delete)
        {
            await client.DeleteAsync<V1Pod>(new ObjectKey(pod.Metadata.NamespaceProperty, pod.Metadata.Name), pod.Metadata.Uid, cancellationToken);
        }

        await client.ApplyStatusAsync(
            new V1Deployment
            {
                ApiVersion = deployment.ApiVersion,
                Kind = deployment.Kind,
                Metadata = new V1ObjectMeta { Name = deployment.Metadata.Name, NamespaceProperty = deployment.Metadata.NamespaceProperty },
                Status = plan.Status,
            },
            cancellationToken);
    }

    /// <summary>A Deployment that an autoscaler owns has no replicas; nothing measures load here, so it gets the fewest.</summary>
    private async Task<int> ReplicasAsync(V1Deployment deployment, CancellationToken cancellationToken)
    {
        if (deployment.Spec.Replicas is { } replicas)
        {
            return replicas;
        }

        var autoscalers = await client.ListAllAsync<V2HorizontalPodAutoscaler>(ns: null, labelSelector: null, cancellationToken);
        return autoscalers
            .FirstOrDefault(scaler => scaler.Metadata.NamespaceProperty == deployment.Metadata.NamespaceProperty
                && scaler.Spec.ScaleTargetRef.Name == deployment.Metadata.Name)
            ?.Spec.MinReplicas ?? 1;
    }

    private async Task CreatePodAsync(V1Deployment deployment, CancellationToken cancellationToken)
    {
        var number = ++_made;
        var hash = DeploymentPlan.TemplateHash(deployment);
        var template = deployment.Spec.Template;
        var key = new ObjectKey(
            deployment.Metadata.NamespaceProperty, string.Create(CultureInfo.InvariantCulture, $"{deployment.Metadata.Name}-{hash}-{number}"));

        // Short, because a Unix socket's path below it must fit into about 100 bytes.
        var directory = Path.Combine(options.StateDirectory, string.Create(CultureInfo.InvariantCulture, $"p{number}"));
        var local = new LocalPod(key, template.Spec, directory, Path.Combine(options.Directory, "claims"), images, time);
        var pod = await client.CreateAsync(
            new V1Pod
            {
                ApiVersion = V1Pod.KubeApiVersion,
                Kind = V1Pod.KubeKind,
                Metadata = new V1ObjectMeta
                {
                    Name = key.Name,
                    NamespaceProperty = key.Namespace,
                    Labels = new Dictionary<string, string>(template.Metadata.Labels) { [DeploymentPlan.TemplateHashLabel] = hash },
                    Annotations = template.Metadata.Annotations,
                    OwnerReferences = [Owner(deployment)],
                },
                Spec = local.Spec(),
            },
            cancellationToken);
        _pods[pod.Metadata.Uid] = local;
        console.PodStarted(local);
    }

    private static V1OwnerReference Owner(V1Deployment deployment) => new()
    {
        ApiVersion = deployment.ApiVersion,
        Kind = deployment.Kind,
        Name = deployment.Metadata.Name,
        Uid = deployment.Metadata.Uid,
        Controller = true,
        BlockOwnerDeletion = true,
    };

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var pods = (await client.ListAllAsync<V1Pod>(ns: null, labelSelector: null, cancellationToken)).ToDictionary(pod => pod.Metadata.Uid);
        foreach (var uid in _pods.Keys.Except(pods.Keys).ToList())
        {
            _pods.Remove(uid, out var gone);
            console.PodStopped(gone!);
            await gone!.DisposeAsync();
        }

        foreach (var (uid, local) in _pods)
        {
            await local.SyncAsync(client, _probes, cancellationToken);
            await client.ApplyStatusAsync(
                new V1Pod
                {
                    ApiVersion = V1Pod.KubeApiVersion,
                    Kind = V1Pod.KubeKind,
                    Metadata = new V1ObjectMeta { Name = local.Key.Name, NamespaceProperty = local.Key.Namespace, Uid = uid },
                    Status = local.Status(),
                },
                cancellationToken);
        }
    }
}
