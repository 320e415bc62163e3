using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Models;

/// <summary>Whether and when a model that failed is tried again.</summary>
internal static class RetryBackoff
{
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);

    /// <param name="failures">In a row, at least 1.</param>
    /// <remarks>What is quarantined is asked for again soon, since its time is up at a moment of its own; so is what waits for another model's memory.</remarks>
    /// <returns>Null: only a changed set or new credentials can help.</returns>
    public static TimeSpan? Delay(string reason, int failures) => IsFinal(reason) ? null
        : reason is ModelFailure.Quarantined or ModelFailure.OutOfMemory or ModelFailure.GpuMemoryExceeded ? First
        : TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(failures - 1, 16)));

    /// <summary>Whether the files are there, and it is loading them or running the model that fails.</summary>
    public static bool IsOfLoading(string reason) => reason is ModelFailure.LoadFailed or ModelFailure.ProviderUnavailable or ModelFailure.GoldenMismatch or ModelFailure.RunsFail;

    // These follow from the files' content or from this program, and neither changes by waiting.
    private static bool IsFinal(string reason) => reason
        is ModelFailure.CredentialsMissing
        or ModelFailure.SourceInsecure
        or ModelFailure.UnsupportedModel
        or ModelFailure.UnsupportedTokenizer
        or ModelFailure.ProviderUnavailable
        or ModelFailure.GoldenMismatch;
}
