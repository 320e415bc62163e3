using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Api.Validation;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Local;

/// <summary>Applies what a cluster with the CRDs would accept, and refuses the rest in its words.</summary>
/// <param name="client">Writes as the person at the keyboard, not as the operator.</param>
internal sealed class ManifestApplier(IResourceClient client) : IManifestApplier
{
    public async Task<IReadOnlyList<string>> ApplyAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            return (manifest.ApiVersion, manifest.Kind) switch
            {
                (ApiGroup.GroupVersion, ModelVersion.KubeKind) => await ApplyAsync<ModelVersion>(manifest, cancellationToken),
                (ApiGroup.GroupVersion, RerankPipeline.KubeKind) => await ApplyAsync<RerankPipeline>(manifest, cancellationToken),
                ("v1", V1Secret.KubeKind) => await ApplySecretAsync(manifest, cancellationToken),
                _ => [$"local mode knows ModelVersion and RerankPipeline of {ApiGroup.GroupVersion} and Secret of v1, not {manifest.Kind} of {manifest.ApiVersion}"],
            };
        }
        catch (HttpOperationException exception)
        {
            return [exception.Message];
        }
    }

    public Task DeleteAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(manifest.Namespace, manifest.Name);
        return manifest.Kind switch
        {
            ModelVersion.KubeKind => client.DeleteAsync<ModelVersion>(key, uid: null, cancellationToken),
            RerankPipeline.KubeKind => client.DeleteAsync<RerankPipeline>(key, uid: null, cancellationToken),
            _ => client.DeleteAsync<V1Secret>(key, uid: null, cancellationToken),
        };
    }

    private async Task<IReadOnlyList<string>> ApplyAsync<T>(Manifest manifest, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var stored = await client.GetAsync<T>(new ObjectKey(manifest.Namespace, manifest.Name), cancellationToken);
        if (Admission.Admit(manifest.Content, stored, out var errors) is not { } entity)
        {
            return [.. errors.Select(error => error.ToString())];
        }

        entity.Metadata.NamespaceProperty = manifest.Namespace;
        await client.ApplyAsync(entity, cancellationToken);
        return [];
    }

    private async Task<IReadOnlyList<string>> ApplySecretAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var content = (JsonObject)manifest.Content.DeepClone();
        var texts = content["stringData"] as JsonObject;
        content.Remove("stringData");
        var secret = KubernetesJson.Deserialize<V1Secret>(content.ToJsonString());
        secret.Metadata.NamespaceProperty = manifest.Namespace;
        foreach (var (key, text) in texts ?? [])
        {
            secret.Data ??= new Dictionary<string, byte[]>();
            secret.Data[key] = Encoding.UTF8.GetBytes(text?.ToString() ?? "");
        }

        await client.ApplyAsync(secret, cancellationToken);
        return [];
    }
}
