using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rerank.TestKit;

/// <summary>Brings CustomResourceDefinitions into a cluster.</summary>
internal static class CrdInstallation
{
    /// <summary>Installs those of the folder's YAML files and waits until the cluster serves them.</summary>
    public static async Task InstallCrdsAsync(this IKubernetes kubernetes, string directory, CancellationToken cancellationToken)
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*.yaml").Order(StringComparer.Ordinal))
        {
            foreach (var crd in KubernetesYaml.LoadAllFromString(await File.ReadAllTextAsync(file, cancellationToken)).OfType<V1CustomResourceDefinition>())
                await kubernetes.InstallCrdAsync(crd, cancellationToken);
        }
    }

    public static Task InstallCrdAsync(this IKubernetes kubernetes, V1CustomResourceDefinition crd, CancellationToken cancellationToken) =>
        Eventually.Passes(
            async () =>
            {
                await CreateOrReplaceAsync(kubernetes, crd, cancellationToken);
                await Eventually.True(() => IsEstablishedAsync(kubernetes, crd.Metadata.Name, cancellationToken), cancellationToken);
            },
            // Other test runs may write the same definition: a conflict is tried again.
            cancellationToken);

    private static async Task CreateOrReplaceAsync(IKubernetes kubernetes, V1CustomResourceDefinition crd, CancellationToken cancellationToken)
    {
        var definitions = kubernetes.ApiextensionsV1;
        try
        {
            var existing = await definitions.ReadCustomResourceDefinitionAsync(crd.Metadata.Name, cancellationToken: cancellationToken);
            crd.Metadata.ResourceVersion = existing.Metadata.ResourceVersion;
            await definitions.ReplaceCustomResourceDefinitionAsync(crd, crd.Metadata.Name, cancellationToken: cancellationToken);
        }
        catch (HttpOperationException exception) when (exception.Response.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            crd.Metadata.ResourceVersion = null;
            await definitions.CreateCustomResourceDefinitionAsync(crd, cancellationToken: cancellationToken);
        }
    }

    private static async Task<bool> IsEstablishedAsync(IKubernetes kubernetes, string name, CancellationToken cancellationToken)
    {
        var definition = await kubernetes.ApiextensionsV1.ReadCustomResourceDefinitionAsync(name, cancellationToken: cancellationToken);
        return definition.Status?.Conditions?.Any(condition => condition is { Type: "Established", Status: "True" }) ?? false;
    }
}
