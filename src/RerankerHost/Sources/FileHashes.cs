using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Rerank.RerankerHost.Sources;

/// <summary>Hashes files, each once per process as long as it doesn't change.</summary>
internal sealed class FileHashes
{
    private readonly ConcurrentDictionary<string, (DateTime Modified, FileHash Hash)> _known = new(StringComparer.Ordinal);

    public async Task<FileHash> HashAsync(string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (file.Exists && _known.TryGetValue(path, out var known) && known.Hash.Length == file.Length && known.Modified == file.LastWriteTimeUtc)
            return known.Hash;

        await using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.Read,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            BufferSize = 0,
        });
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
        var hash = new FileHash(sha256, stream.Length);
        _known[path] = (file.LastWriteTimeUtc, hash);
        return hash;
    }

    public void Forget(string path) => _known.TryRemove(path, out _);
}

internal readonly record struct FileHash(string Sha256, long Length);
