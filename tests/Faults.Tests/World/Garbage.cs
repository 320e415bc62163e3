using k8s;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Faults.Tests.World;

/// <summary>The cluster's garbage collector: what has an owner goes when its owner is gone. API servers leave that to a controller.</summary>
internal sealed class Garbage(IResourceClient client, string ns)
{
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        // Owners before what they own: a pod of a Deployment that goes now goes now too.
        var owners = await UidsAsync<RerankPipeline>(cancellationToken);
        var deployments = await CollectAsync<V1Deployment>(owners, cancellationToken);
        owners.UnionWith(deployments);
        await CollectAsync<V1Pod>(owners, cancellationToken);
        await CollectAsync<V1Service>(owners, cancellationToken);
        await CollectAsync<V1ConfigMap>(owners, cancellationToken);
        await CollectAsync<V1Secret>(owners, cancellationToken);
        await CollectAsync<V1NetworkPolicy>(owners, cancellationToken);
        await CollectAsync<V1PodDisruptionBudget>(owners, cancellationToken);
        await CollectAsync<V2HorizontalPodAutoscaler>(owners, cancellationToken);
        await CollectAsync<V1ControllerRevision>(owners, cancellationToken);
    }

    /// <returns>The uids of those that stay.</returns>
    private async Task<List<string>> CollectAsync<T>(HashSet<string> owners, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var stay = new List<string>();
        foreach (var item in (await client.ListAsync<T>(ns, null, null, cancellationToken)).Items)
        {
            if (item.Metadata.OwnerReferences is { Count: > 0 } references && !references.Any(r => owners.Contains(r.Uid)))
                await client.DeleteAsync<T>(ObjectKey.Of(item), item.Uid(), cancellationToken);
            else
                stay.Add(item.Uid());
        }

        return stay;
    }

    private async Task<HashSet<string>> UidsAsync<T>(CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta> =>
        [.. (await client.ListAsync<T>(ns, null, null, cancellationToken)).Items.Select(o => o.Uid())];
}
