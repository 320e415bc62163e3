using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Scale;

internal static class ResourceLists
{
    /// <summary>All objects of a kind, whatever the number of pages.</summary>
    public static async Task<IReadOnlyList<T>> ListAsync<T>(this IResourceClient client, string ns, CancellationToken cancellationToken, string? labels = null)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var all = new List<T>();
        string? next = null;
        do
        {
            var page = await client.ListAsync<T>(ns, labels, next, cancellationToken);
            all.AddRange(page.Items);
            next = page.ContinueToken;
        }
        while (next is not null);
        return all;
    }
}
