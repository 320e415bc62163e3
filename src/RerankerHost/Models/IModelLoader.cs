using Rerank.Contracts.Models;
using Rerank.RerankerHost.Health;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Models;

/// <summary>Makes a model out of verified files.</summary>
internal interface IModelLoader
{
    /// <summary>Blocks until the model can score, is warm and has passed its self-test.</summary>
    /// <param name="runs">Watches its runs.</param>
    /// <param name="entered">Called when <see cref="ModelState.Loading"/> and <see cref="ModelState.WarmingUp"/> begin.</param>
    /// <exception cref="ModelLoadException">It can't be served, and why.</exception>
    ICrossEncoder Load(string directory, ModelSpec spec, RunWatch runs, Action<ModelState> entered, CancellationToken cancellationToken);
}

internal sealed class CrossEncoderModelLoader(Scheduler scheduler, ServeOptions options, TimeProvider time) : IModelLoader
{
    private readonly PrivateCopies _copies = new(Path.Combine(options.ModelDirectory, "copies"), time);

    public ICrossEncoder Load(string directory, ModelSpec spec, RunWatch runs, Action<ModelState> entered, CancellationToken cancellationToken) =>
        CrossEncoderLoader.Load(
            directory, spec.Contract, spec.Runtime, options.Cuda, spec.GoldenPath, spec.Source.Directory is null ? null : _copies, scheduler, runs, entered, cancellationToken);
}
