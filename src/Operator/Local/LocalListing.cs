using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Local;

internal static class LocalListing
{
    /// <summary>Every object of a kind, all pages.</summary>
    public static async Task<IReadOnlyList<T>> ListAllAsync<T>(this IResourceClient client, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var items = new List<T>();
        string? next = null;
        do
        {
            var page = await client.ListAsync<T>(ns: null, labelSelector: null, next, cancellationToken);
            items.AddRange(page.Items);
            next = page.ContinueToken;
        }
        while (next is not null);

        return items;
    }
}
