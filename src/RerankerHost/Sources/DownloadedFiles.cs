using System.Collections.Concurrent;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Sources;

/// <summary>Models whose files come over HTTP: what isn't on disk yet is downloaded.</summary>
internal sealed class DownloadedFiles(BlobStore blobs, ArtifactDownload download)
{
    // Two models may share a file; it is downloaded once.
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _writing = new(StringComparer.Ordinal);

    public async Task<VerifiedFolder> EnsureAsync(
        ModelSpec spec, SourceCredential? credential, Action<ModelState> entered, CancellationToken cancellationToken)
    {
        try
        {
            long size = 0;
            foreach (var file in spec.Files)
                size += await EnsureAsync(spec, file, credential, entered, cancellationToken);
            return new VerifiedFolder(blobs.LayOut(spec), size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageErrors.Explain(e);
        }
    }

    private async Task<long> EnsureAsync(
        ModelSpec spec, ModelFile file, SourceCredential? credential, Action<ModelState> entered, CancellationToken cancellationToken)
    {
        var writing = _writing.GetOrAdd(file.Sha256, static _ => new SemaphoreSlim(1));
        await writing.WaitAsync(cancellationToken);
        try
        {
            entered(ModelState.Verifying);
            if (await blobs.FindAsync(file.Sha256, cancellationToken) is { } found)
                return found;
            if (credential is null && SourceAddress.RequiresCredential(spec.Source))
            {
                throw new ModelLoadException(
                    ModelFailure.CredentialsMissing, $"{file.Path} is not on disk, and its source's credentials have not been pushed yet");
            }

            var address = SourceAddress.Of(spec.Source, file.Path);
            if (credential is not null && !SourceCredentialRules.MayBeSentTo(address))
            {
                throw new ModelLoadException(
                    ModelFailure.SourceInsecure, $"{file.Path} is at {address.GetLeftPart(UriPartial.Authority)}, and credentials are not sent over plain http");
            }

            entered(ModelState.Downloading);
            await download.RunAsync(address, file, credential, cancellationToken);
            return new FileInfo(blobs.PathOf(file.Sha256)).Length;
        }
        finally
        {
            writing.Release();
        }
    }
}
