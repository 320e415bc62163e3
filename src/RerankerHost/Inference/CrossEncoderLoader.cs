using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Inference;

/// <summary>From a folder of verified files to a model that has been warmed up and has passed its self-test.</summary>
internal static class CrossEncoderLoader
{
    /// <summary>Loads, warms up and tests a model. Takes seconds of CPU: call it off the request path.</summary>
    /// <param name="directory">Folder with the model's files.</param>
    /// <param name="goldenPath">Below <paramref name="directory"/>; null: no self-test.</param>
    /// <param name="entered">Called with <see cref="ModelState.Loading"/> and <see cref="ModelState.WarmingUp"/> when they begin.</param>
    /// <exception cref="ModelLoadException">The model can't be served; says why.</exception>
    public static ICrossEncoder Load(
        string directory,
        ModelContract contract,
        ModelRuntime runtime,
        string? goldenPath,
        Action<ModelState>? entered,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        entered?.Invoke(ModelState.Loading);
        throw new ModelLoadException(ModelFailure.UnsupportedModel, $"{Path.Combine(directory, contract.ModelFile)} can't be loaded by this build on {string.Join(", ", runtime.ExecutionProviders)} (golden file: {goldenPath ?? "none"})");
    }
}
