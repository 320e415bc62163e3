using System.Text;
using k8s.Models;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Local;

/// <summary>A pod's volumes as folders of this machine.</summary>
/// <param name="directory">The pod's own folder.</param>
/// <param name="claims">Folder in which a claim is the folder of its name.</param>
internal sealed class PodFiles(string directory, string claims)
{
    /// <summary>Stands for where claims are mounted.</summary>
    public string Claims { get; } = claims;

    public string FolderOf(V1Volume volume) => volume.PersistentVolumeClaim is { } claim
        ? Path.Combine(Claims, claim.ClaimName)
        : Path.Combine(directory, volume.Name);

    /// <summary>Makes the folders, and brings files of ConfigMaps and Secrets up to date.</summary>
    public async Task SyncAsync(string? ns, IEnumerable<V1Volume> volumes, IResourceClient client, CancellationToken cancellationToken)
    {
        foreach (var volume in volumes)
        {
            var folder = Directory.CreateDirectory(FolderOf(volume)).FullName;
            if (volume.ConfigMap is { } configMap)
            {
                var source = await client.GetAsync<V1ConfigMap>(new ObjectKey(ns, configMap.Name), cancellationToken);
                foreach (var (name, text) in source?.Data ?? new Dictionary<string, string>())
                {
                    await WriteAsync(Path.Combine(folder, name), Encoding.UTF8.GetBytes(text), cancellationToken);
                }
            }
            else if (volume.Secret is { } secret)
            {
                var source = await client.GetAsync<V1Secret>(new ObjectKey(ns, secret.SecretName), cancellationToken);
                foreach (var (name, bytes) in source?.Data ?? new Dictionary<string, byte[]>())
                {
                    await WriteAsync(Path.Combine(folder, name), bytes, cancellationToken);
                }

                // A token that was taken away must not be accepted any more.
                foreach (var gone in Directory.GetFiles(folder).Where(f => source?.Data?.ContainsKey(Path.GetFileName(f)) == false))
                {
                    File.Delete(gone);
                }
            }
        }
    }

    /// <summary>Atomically, so that a program that starts now never reads half a file.</summary>
    private static async Task WriteAsync(string path, byte[] content, CancellationToken cancellationToken)
    {
        if (File.Exists(path) && (await File.ReadAllBytesAsync(path, cancellationToken)).AsSpan().SequenceEqual(content))
        {
            return;
        }

        var part = path + ".part";
        await File.WriteAllBytesAsync(part, content, cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.Move(part, path, overwrite: true);
    }
}
