namespace Rerank.Operator.Revisions;

/// <summary>The programs that a revision runs on: the images of its pods, and how these are made. Images that none of its tiers needs are null.</summary>
/// <param name="Host">Of tiers without GPUs.</param>
/// <param name="HostCuda">Of tiers with GPUs.</param>
/// <param name="PodFormat">The form of its pods, which rises with releases of the operator that make them otherwise.</param>
internal sealed record EngineSnapshot(string Router, string? Host, string? HostCuda, int PodFormat)
{
    /// <summary>The same for what another revision needs.</summary>
    /// <param name="present">For what this one lacks.</param>
    public EngineSnapshot For(RevisionSnapshot revision, EngineSnapshot present) => new(
        Router,
        revision.Tiers.Any(t => t.Model is { Gpu: null }) ? Host ?? present.Host : null,
        revision.Tiers.Any(t => t.Model?.Gpu is not null) ? HostCuda ?? present.HostCuda : null,
        PodFormat);

    /// <summary>Whether the two have the same images, as far as both have any, in pods of one form.</summary>
    public bool IsLike(EngineSnapshot other) => PodFormat == other.PodFormat && Router == other.Router && IsLike(Host, other.Host) && IsLike(HostCuda, other.HostCuda);

    private static bool IsLike(string? one, string? other) => one is null || other is null || one == other;
}
