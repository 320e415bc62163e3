using Rerank.Contracts.Models;
using Rerank.RerankerHost.Health;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Quarantine;
using Rerank.RerankerHost.Sources;

namespace Rerank.RerankerHost.Models;

/// <summary>One attempt to bring a model from its specification into memory: get its files, verify them, load it.</summary>
internal sealed class ModelActivation(ModelFiles files, IModelLoader loader, CrashMarks marks, GpuMemory gpu, RunWatches watches)
{
    private readonly LoadGate _loading = new();

    /// <param name="isRequired">Whether the host isn't ready without it, as the set in force has it.</param>
    /// <param name="entered">Told every state on the way.</param>
    /// <exception cref="ModelLoadException">It failed, and why.</exception>
    public async Task<ActivatedModel> RunAsync(ModelSpec spec, Func<bool> isRequired, SourceCredential? credential, Action<ModelState> entered, CancellationToken cancellationToken)
    {
        var folder = await files.EnsureAsync(spec, credential, entered, cancellationToken);
        using var turn = await _loading.EnterAsync(isRequired, cancellationToken);
        return await Task.Run(() => Load(folder, spec with { Required = isRequired() }, () => isRequired() || _loading.IsRequiredWaiting, entered, cancellationToken), cancellationToken);
    }

    private ActivatedModel Load(VerifiedFolder folder, ModelSpec spec, Func<bool> isNeeded, Action<ModelState> entered, CancellationToken cancellationToken)
    {
        var memory = gpu.Reserve(spec);
        CrashMark? mark = null;
        RunWatch? runs = null;
        try
        {
            mark = marks.Open(spec);
            mark?.BeginLoad();
            var watch = runs = watches.Add(mark, isNeeded);
            var encoder = loader.Load(folder.Path, spec, watch, entered, cancellationToken);
            mark?.EndLoad();
            watch.IsOnWorkers = true;
            return new ActivatedModel(encoder, folder.SizeBytes, watch, () =>
            {
                encoder.Dispose();
                mark?.Dispose();
                memory.Dispose();
                watches.Remove(watch);
            });
        }
        catch
        {
            // Only a process that ends leaves its mark.
            mark?.EndLoad();
            if (runs is null)
                Free();
            else
                runs.WhenIdle(Free);
            throw;
        }

        void Free()
        {
            mark?.Dispose();
            memory.Dispose();
            if (runs is not null)
                watches.Remove(runs);
        }
    }
}

/// <summary>A model in memory, with all that it holds.</summary>
/// <param name="Free">Gives it all back.</param>
internal sealed record ActivatedModel(ICrossEncoder Encoder, long SizeBytes, RunWatch Runs, Action Free) : IDisposable
{
    /// <summary>A request that was given up may have left a run behind, which mustn't lose its memory.</summary>
    public void Dispose() => Runs.WhenIdle(Free);
}
