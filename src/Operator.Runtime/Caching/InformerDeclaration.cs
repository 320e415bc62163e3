using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime.Caching;

/// <summary>What controllers asked of the one informer of a kind.</summary>
internal sealed class InformerDeclaration<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    public string? LabelSelector { get; private set; }

    public bool Optional { get; private set; } = true;

    public bool Required { get; private set; }

    /// <summary>A null selector is no opinion. It is optional only if all who need it say so, and required if one does.</summary>
    public void Merge(string? labelSelector, bool optional, bool required)
    {
        if (labelSelector is not null && LabelSelector is not null && labelSelector != LabelSelector)
            throw new InvalidOperationException($"{typeof(T).Name} is watched with two label selectors: '{LabelSelector}' and '{labelSelector}'.");

        LabelSelector ??= labelSelector;
        Optional &= optional;
        Required |= required;
    }
}
