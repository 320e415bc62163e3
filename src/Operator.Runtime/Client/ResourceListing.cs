using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Client;

public static class ResourceListing
{
    /// <summary>Every object of a kind, all pages.</summary>
    public static async Task<IReadOnlyList<T>> ListAllAsync<T>(this IResourceClient client, string? ns, string? labelSelector, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(client);
        var items = new List<T>();
        string? next = null;
        do
        {
            var page = await client.ListAsync<T>(ns, labelSelector, next, cancellationToken);
            items.AddRange(page.Items);
            next = page.ContinueToken;
        }
        while (next is not null);

        return items;
    }
}
