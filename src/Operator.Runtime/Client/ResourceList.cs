using k8s.Models;

namespace Rerank.Operator.Runtime.Client;

/// <summary>The form in which a page of any kind arrives.</summary>
internal sealed class ResourceList<T>
{
    public V1ListMeta? Metadata { get; set; }

    public List<T>? Items { get; set; }
}
