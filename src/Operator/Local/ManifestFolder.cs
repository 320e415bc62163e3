using Rerank.Operator.Runtime.Crds.Yaml;

namespace Rerank.Operator.Local;

/// <summary>
/// Keeps the objects of a folder's YAML files applied: what is edited is applied again, what is gone from the files is deleted. A file with an
/// error changes nothing until it is mended.
/// </summary>
internal sealed class ManifestFolder(LocalOptions options, IManifestApplier applier, LocalConsole console, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<string, Manifest> _applied = [];
    private string _seen = "";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            var files = Files();
            var state = string.Join('\n', files.Select(file => $"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}"));
            if (state != _seen)
            {
                _seen = state;
                await ApplyAsync(files, stoppingToken);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private FileInfo[] Files() =>
        [.. new DirectoryInfo(options.Directory).EnumerateFiles()
            .Where(file => file.Extension is ".yaml" or ".yml" && file.Name != "kustomization.yaml")
            .OrderBy(file => file.Name, StringComparer.Ordinal)];

    private async Task ApplyAsync(IEnumerable<FileInfo> files, CancellationToken cancellationToken)
    {
        if (await ReadAsync(files, cancellationToken) is not { } manifests)
        {
            return;
        }

        foreach (var manifest in manifests.Where(manifest => !IsApplied(manifest)))
        {
            if (await applier.ApplyAsync(manifest, cancellationToken) is { Count: > 0 } errors)
            {
                console.InvalidManifest(manifest.File, $"{manifest.Identity} is invalid, and what was there stays:\n    {string.Join("\n    ", errors)}");
                continue;
            }

            _applied[manifest.Identity] = manifest;
            console.ObjectApplied(manifest.Kind, manifest.Name);
        }

        foreach (var identity in _applied.Keys.Except(manifests.Select(manifest => manifest.Identity)).ToList())
        {
            _applied.Remove(identity, out var gone);
            await applier.DeleteAsync(gone!, cancellationToken);
            console.ObjectDeleted(gone!.Kind, gone.Name);
        }
    }

    /// <returns>Null when a file can't be read: then nothing may be deleted either, since it may be in that file.</returns>
    private async Task<IReadOnlyList<Manifest>?> ReadAsync(IEnumerable<FileInfo> files, CancellationToken cancellationToken)
    {
        var manifests = new Dictionary<string, Manifest>();
        var readable = true;
        foreach (var file in files)
        {
            try
            {
                foreach (var document in YamlReader.Read(await File.ReadAllTextAsync(file.FullName, cancellationToken)))
                {
                    var manifest = Manifest.Of(file.Name, document);
                    if (!manifests.TryAdd(manifest.Identity, manifest))
                    {
                        throw new FormatException($"{manifest.Identity} is also in {manifests[manifest.Identity].File}");
                    }
                }
            }
            catch (Exception exception) when (exception is FormatException or IOException)
            {
                console.InvalidManifest(file.Name, exception.Message);
                readable = false;
            }
        }

        return readable ? [.. manifests.Values] : null;
    }

    private bool IsApplied(Manifest manifest) =>
        _applied.TryGetValue(manifest.Identity, out var before) && before.Content.ToJsonString() == manifest.Content.ToJsonString();
}
