using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Sources;

/// <summary>Makes sure that a model's files are on disk and are what they should be, whatever their source.</summary>
internal sealed class ModelFiles(ServeOptions options, FileHashes hashes, DownloadedFiles downloaded)
{
    /// <returns>A folder that holds every file at its path, each verified.</returns>
    /// <exception cref="ModelLoadException">A file can't be had, and why.</exception>
    public Task<VerifiedFolder> EnsureAsync(
        ModelSpec spec, SourceCredential? credential, Action<ModelState> entered, CancellationToken cancellationToken) => spec.Source switch
        {
            { Bundled: { } bundled } => VerifyInPlaceAsync(Path.Combine(options.BundledDirectory, bundled.Name), spec, entered, cancellationToken),
            { Directory: { } directory } => VerifyInPlaceAsync(Path.Combine(options.ClaimsDirectory, directory.Path), spec, entered, cancellationToken),
            _ => downloaded.EnsureAsync(spec, credential, entered, cancellationToken),
        };

    private async Task<VerifiedFolder> VerifyInPlaceAsync(string folder, ModelSpec spec, Action<ModelState> entered, CancellationToken cancellationToken)
    {
        entered(ModelState.Verifying);
        long size = 0;
        foreach (var file in spec.Files)
        {
            var path = Path.Combine(folder, file.Path);
            try
            {
                var hash = await hashes.HashAsync(path, cancellationToken);
                if (hash.Sha256 != file.Sha256)
                    throw new ModelLoadException(ModelFailure.DigestMismatch, $"{path}: expected sha256 {file.Sha256}, got {hash.Sha256}");
                size += hash.Length;
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                throw new ModelLoadException(ModelFailure.FileNotFound, $"{path} does not exist", e);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ModelLoadException(ModelFailure.SourceUnavailable, $"{path} can't be read: {e.Message}", e);
            }
        }

        return new VerifiedFolder(folder, size);
    }
}

internal sealed record VerifiedFolder(string Path, long SizeBytes);
