using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Sources;

namespace Rerank.RerankerHost.Models;

/// <summary>One attempt to bring a model from its specification into memory: get its files, verify them, load it.</summary>
internal sealed class ModelActivation(ModelFiles files, IModelLoader loader) : IDisposable
{
    // Loading takes a multiple of a model's memory for a moment; one at a time keeps the peak low.
    private readonly SemaphoreSlim _loading = new(1);

    /// <param name="entered">Told every state on the way.</param>
    /// <exception cref="ModelLoadException">It failed, and why.</exception>
    public async Task<ActivatedModel> RunAsync(ModelSpec spec, SourceCredential? credential, Action<ModelState> entered, CancellationToken cancellationToken)
    {
        var folder = await files.EnsureAsync(spec, credential, entered, cancellationToken);
        await _loading.WaitAsync(cancellationToken);
        try
        {
            var encoder = await Task.Run(() => loader.Load(folder.Path, spec, entered, cancellationToken), cancellationToken);
            return new ActivatedModel(encoder, folder.SizeBytes);
        }
        finally
        {
            _loading.Release();
        }
    }

    public void Dispose() => _loading.Dispose();
}

internal sealed record ActivatedModel(ICrossEncoder Encoder, long SizeBytes);
