using k8s;
using k8s.KubeConfigModels;

namespace Rerank.Cli.Connection;

/// <summary>Several kubeconfigs as one, as kubectl takes the list in KUBECONFIG: of entries with one name the first holds.</summary>
internal static class Kubeconfigs
{
    /// <param name="context">Null: the current one.</param>
    public static K8SConfiguration Load(IReadOnlyList<FileInfo> files, string? context)
    {
        List<K8SConfiguration> loaded = [.. files.Select(file => KubernetesClientConfiguration.LoadKubeConfig(file))];
        if (loaded is [var only])
            return only;

        var current = context ?? loaded.Select(config => config.CurrentContext).FirstOrDefault(name => !string.IsNullOrEmpty(name));
        return new()
        {
            // Relative paths of certificates count from the file that has the context.
            FileName = loaded.Find(config => Contexts(config).Any(known => known.Name == current))?.FileName,
            CurrentContext = current,
            Contexts = [.. loaded.SelectMany(Contexts).DistinctBy(entry => entry.Name)],
            Clusters = [.. loaded.SelectMany(config => config.Clusters ?? []).DistinctBy(entry => entry.Name)],
            Users = [.. loaded.SelectMany(config => config.Users ?? []).DistinctBy(entry => entry.Name)],
        };
    }

    private static IEnumerable<Context> Contexts(K8SConfiguration config) => config.Contexts ?? [];
}
