using Rerank.RerankerHost.Models;

namespace Rerank.RerankerHost.Health;

/// <summary>Whether the process can still be of use, or only a new one can. Load is no reason, and neither is a model that can't be had.</summary>
internal sealed class Liveness(RunWatches runs, ModelRegistry models)
{
    // Not ready comes first, so that callers are elsewhere when the process is killed.
    private const int TimesTheRunTimeout = 2;

    /// <summary>A CUDA context that has failed once fails everything until the process ends.</summary>
    public const int MostFailedReloads = 3;

    /// <returns>Null: it lives.</returns>
    public string? Obstacle()
    {
        if (runs.Overdue(TimesTheRunTimeout) is { } longest)
            return $"not live: a run of a model has not ended for {longest.TotalSeconds:0} s";
        return models.Current.FirstOrDefault(model => model.Spec.Required && model.FailedReloads >= MostFailedReloads) is { } lost
            ? $"not live: {lost.Spec.Name} broke while it served, and could not be loaded again {lost.FailedReloads} times"
            : null;
    }
}
