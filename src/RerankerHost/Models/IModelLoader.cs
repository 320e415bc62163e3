using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Quarantine;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Models;

/// <summary>Makes a model out of verified files.</summary>
internal interface IModelLoader
{
    /// <summary>Blocks until the model can score, is warm and has passed its self-test.</summary>
    /// <param name="mark">Says while it runs that it does; null: nobody does.</param>
    /// <param name="entered">Called when <see cref="ModelState.Loading"/> and <see cref="ModelState.WarmingUp"/> begin.</param>
    /// <exception cref="ModelLoadException">It can't be served, and why.</exception>
    ICrossEncoder Load(string directory, ModelSpec spec, CrashMark? mark, Action<ModelState> entered, CancellationToken cancellationToken);
}

internal sealed class CrossEncoderModelLoader(Scheduler scheduler) : IModelLoader
{
    public ICrossEncoder Load(string directory, ModelSpec spec, CrashMark? mark, Action<ModelState> entered, CancellationToken cancellationToken) =>
        CrossEncoderLoader.Load(directory, spec.Contract, spec.Runtime, spec.GoldenPath, scheduler, mark, entered, cancellationToken);
}
