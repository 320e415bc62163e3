using Rerank.Contracts.Models;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Sources;

/// <summary>
/// Downloaded files on disk: <c>blobs/SHA256</c> once for all models, <c>blobs/SHA256.part</c> while it comes in, and a folder
/// <c>sets/DIGEST</c> per model with links to its blobs.
/// </summary>
internal sealed class BlobStore(ServeOptions options, FileHashes hashes, ILogger<BlobStore> logger)
{
    private readonly string _blobs = Path.Combine(options.ModelDirectory, "blobs");
    private readonly string _sets = Path.Combine(options.ModelDirectory, "sets");

    public string PathOf(string sha256) => Path.Combine(_blobs, sha256);

    /// <summary>The file to write to before <see cref="Commit"/>.</summary>
    public string PartOf(string sha256)
    {
        Directory.CreateDirectory(_blobs);
        return PathOf(sha256) + ".part";
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

    /// <summary>Frees what only these models needed. Files that are still open live on until they are closed.</summary>
    public void Remove(IReadOnlyList<ModelSpec> gone, IReadOnlyList<ModelSpec> keep)
    {
        var needed = keep.SelectMany(m => m.Files).Select(f => f.Sha256).ToHashSet(StringComparer.Ordinal);
        foreach (var spec in gone.Where(m => SourceAddress.IsRemote(m.Source)))
        {
            try
            {
                Delete(FolderOf(spec));
                foreach (var file in spec.Files.Where(f => !needed.Contains(f.Sha256) && Directory.Exists(_blobs)))
                {
                    File.Delete(PathOf(file.Sha256));
                    File.Delete(PartOf(file.Sha256));
                    hashes.Forget(PathOf(file.Sha256));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.NotRemoved(logger, spec.Name, spec.Digest, e);
            }
        }
    }

    private string FolderOf(ModelSpec spec) => Path.Combine(_sets, spec.Digest["sha256:".Length..]);

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
