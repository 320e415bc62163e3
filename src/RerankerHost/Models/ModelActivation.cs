using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Quarantine;
using Rerank.RerankerHost.Sources;

namespace Rerank.RerankerHost.Models;

/// <summary>One attempt to bring a model from its specification into memory: get its files, verify them, load it.</summary>
internal sealed class ModelActivation(ModelFiles files, IModelLoader loader, CrashMarks marks, GpuMemory gpu)
{
    private readonly LoadGate _loading = new();

    /// <param name="isRequired">Whether the host isn't ready without it, as the set in force has it.</param>
    /// <param name="entered">Told every state on the way.</param>
    /// <exception cref="ModelLoadException">It failed, and why.</exception>
    public async Task<ActivatedModel> RunAsync(ModelSpec spec, Func<bool> isRequired, SourceCredential? credential, Action<ModelState> entered, CancellationToken cancellationToken)
    {
        var folder = await files.EnsureAsync(spec, credential, entered, cancellationToken);
        using var turn = await _loading.EnterAsync(isRequired, cancellationToken);
        return await Task.Run(() => Load(folder, spec with { Required = isRequired() }, entered, cancellationToken), cancellationToken);
    }

    private ActivatedModel Load(VerifiedFolder folder, ModelSpec spec, Action<ModelState> entered, CancellationToken cancellationToken)
    {
        var memory = gpu.Reserve(spec);
        CrashMark? mark = null;
        try
        {
            mark = marks.Open(spec);
            mark?.BeginLoad();
            var encoder = loader.Load(folder.Path, spec, mark, entered, cancellationToken);
            mark?.EndLoad();
            return new ActivatedModel(encoder, folder.SizeBytes, mark, memory);
        }
        catch
        {
            // Only a process that ends leaves its mark.
            mark?.EndLoad();
            mark?.Dispose();
            memory.Dispose();
            throw;
        }
    }
}

/// <summary>A model in memory, with all that it holds.</summary>
internal sealed record ActivatedModel(ICrossEncoder Encoder, long SizeBytes, CrashMark? Mark, IDisposable GpuMemory) : IDisposable
{
    public void Dispose()
    {
        Encoder.Dispose();
        Mark?.Dispose();
        GpuMemory.Dispose();
    }
}
