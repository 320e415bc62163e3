using Rerank.Contracts.Models;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Sources;

/// <summary>
/// Downloaded files on disk: <c>blobs/SHA256</c> once for all models, <c>blobs/SHA256.part</c> while it comes in, and a folder
/// <c>sets/DIGEST</c> per model with links to its blobs.
/// </summary>
internal sealed class BlobStore(ServeOptions options, FileHashes hashes, ILogger<BlobStore> logger)
{
    private const string Part = ".part";

    private readonly string _blobs = Path.Combine(options.ModelDirectory, "blobs");
    private readonly string _sets = Path.Combine(options.ModelDirectory, "sets");

    public string PathOf(string sha256) => Path.Combine(_blobs, sha256);

    /// <summary>The file to write to before <see cref="Commit"/>.</summary>
    public string PartOf(string sha256)
    {
        Directory.CreateDirectory(_blobs);
        return PathOf(sha256) + Part;
    }

    /// <summary>Its length; null: it isn't there. A blob that isn't what its name says is deleted.</summary>
    public async Task<long?> FindAsync(string sha256, CancellationToken cancellationToken)
    {
        var path = PathOf(sha256);
        if (!File.Exists(path))
            return null;
        var hash = await hashes.HashAsync(path, cancellationToken);
        if (hash.Sha256 == sha256)
            return hash.Length;

        Log.BlobSpoilt(logger, sha256, hash.Sha256);
        hashes.Forget(path);
        File.Delete(path);
        return null;
    }

    /// <summary>The part is complete and verified.</summary>
    public void Commit(string sha256) => File.Move(PartOf(sha256), PathOf(sha256), overwrite: true);

    /// <summary>Lays out a model's folder anew; all its blobs are there.</summary>
    public string LayOut(ModelSpec spec)
    {
        var folder = FolderOf(spec);
        var next = folder + ".next";
        Delete(next);
        foreach (var file in spec.Files)
        {
            var path = Path.Combine(next, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            HardLink.Create(path, PathOf(file.Sha256));
        }

        Delete(folder);
        Directory.Move(next, folder);
        return folder;
    }

    /// <summary>
    /// Frees what no model of the set needs, beyond what is kept for models that come back, the last downloaded first. Files that are still open live on until they are closed.
    /// </summary>
    public void Clean(IReadOnlyList<ModelSpec> set)
    {
        if (!Directory.Exists(_blobs))
            return;
        try
        {
            var folders = set.Select(FolderOf).ToHashSet(StringComparer.Ordinal);
            foreach (var folder in Directory.Exists(_sets) ? Directory.GetDirectories(_sets).Where(f => !folders.Contains(f)) : [])
                Delete(folder);

            var needed = set.SelectMany(m => m.Files).Select(f => PathOf(f.Sha256)).ToHashSet(StringComparer.Ordinal);
            var kept = 0L;
            foreach (var file in new DirectoryInfo(_blobs).GetFiles().Where(f => !needed.Contains(WithoutPart(f.FullName))).OrderByDescending(f => f.LastWriteTimeUtc))
            {
                kept += file.Length;
                if (kept <= options.KeptFilesBytes)
                    continue;
                file.Delete();
                hashes.Forget(file.FullName);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotRemoved(logger, _blobs, e);
        }
    }

    private static string WithoutPart(string path) => path.EndsWith(Part, StringComparison.Ordinal) ? path[..^Part.Length] : path;

    private string FolderOf(ModelSpec spec) => Path.Combine(_sets, spec.Digest["sha256:".Length..]);

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
