using System.Collections.Concurrent;
using System.Reflection;
using k8s;
using k8s.Models;

namespace Rerank.Operator.Runtime;

/// <summary>A kind of object and where the API server has it, as its type's <see cref="KubernetesEntityAttribute"/> says.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="HasStatus">Whether the kind has a status, which then is a subresource.</param>
public sealed record ResourceKind(string Group, string Version, string Kind, string Plural, bool Namespaced, bool HasStatus)
{
    private static readonly ConcurrentDictionary<Type, ResourceKind> Kinds = new();

    // The attribute doesn't say it. Custom kinds are namespaced here: this runtime has no attribute for the other sort.
    private static readonly HashSet<Type> ClusterScoped =
    [
        typeof(V1Namespace), typeof(V1Node), typeof(V1PersistentVolume), typeof(V1ClusterRole), typeof(V1ClusterRoleBinding),
        typeof(V1CustomResourceDefinition), typeof(V1APIService), typeof(V1StorageClass), typeof(V1PriorityClass), typeof(V1IngressClass),
        typeof(V1RuntimeClass), typeof(V1CSIDriver), typeof(V1CSINode), typeof(V1VolumeAttachment), typeof(V1CertificateSigningRequest),
        typeof(V1ValidatingWebhookConfiguration), typeof(V1MutatingWebhookConfiguration),
    ];

    public string ApiVersion { get; } = Group.Length == 0 ? Version : $"{Group}/{Version}";

    public static ResourceKind Of<T>()
        where T : IKubernetesObject<V1ObjectMeta> => Of(typeof(T));

    /// <exception cref="ArgumentException">The type has no <see cref="KubernetesEntityAttribute"/>.</exception>
    public static ResourceKind Of(Type type) => Kinds.GetOrAdd(type, Read);

    /// <summary>Sets apiVersion and kind, which items of lists lack.</summary>
    public T Stamp<T>(T entity)
        where T : IKubernetesObject
    {
        entity.ApiVersion = ApiVersion;
        entity.Kind = Kind;
        return entity;
    }

    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    private static ResourceKind Read(Type type)
    {
        var entity = type.GetCustomAttribute<KubernetesEntityAttribute>()
            ?? throw new ArgumentException($"{type} has no {nameof(KubernetesEntityAttribute)}", nameof(type));
        return new(
            entity.Group ?? "",
            entity.ApiVersion,
            entity.Kind,
            entity.PluralName,
            Namespaced: !ClusterScoped.Contains(type),
            HasStatus: type.GetProperty("Status") is not null);
    }
}
