using System.Text;
using k8s.Models;
using Rerank.Operator.Names;

namespace Rerank.Operator.Manifests;

/// <summary>The token with which the operator, and nobody else, tells this pipeline's routers and hosts what to do.</summary>
internal static class AdminSecret
{
    public static V1Secret Of(PipelineOwner owner, string token) => new()
    {
        ApiVersion = "v1",
        Kind = V1Secret.KubeKind,
        Metadata = owner.Metadata(owner.Names.AdminSecret, Labels.Of(owner.Names)),
        Type = "Opaque",
        Data = new Dictionary<string, byte[]> { [PodPaths.AdminTokenKey] = Encoding.ASCII.GetBytes(token) },
    };

    /// <returns>Null when there is none.</returns>
    public static string? TokenOf(V1Secret secret) =>
        secret.Data is { } data && data.TryGetValue(PodPaths.AdminTokenKey, out var token) && token.Length > 0
            ? Encoding.ASCII.GetString(token).Trim()
            : null;
}
