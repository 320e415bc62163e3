using Rerank.Operator.Manifests;

namespace Rerank.Operator.Admin;

/// <summary>
/// When a pipeline's admin token changes. Pods see a change of a Secret a minute or more after it was made, so that the former token stays beside the new one until each of them has taken the
/// new one: there is no time in which the operator can't take a candidate's traffic away.
/// </summary>
internal static class TokenRotation
{
    /// <summary>That the former token stays at least: pods that start now may still be given the Secret as it was.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    /// <summary>What shall be in the Secret before processes are told anything.</summary>
    /// <param name="stored">What is; null when there is no Secret.</param>
    /// <param name="known">That pods may still have; null when that isn't known.</param>
    /// <param name="request">Of the pipeline's annotation.</param>
    /// <returns>What is stored, when it needn't change.</returns>
    public static AdminTokenState Begin(AdminTokenState? stored, string? known, string? request, NewToken newToken, DateTimeOffset now)
    {
        if (stored?.Token is null)
            return new(newToken(), known ?? stored?.Previous, request, known is null && stored?.Previous is null ? null : now);
        if (stored.Previous is not null)
            return stored.RotatedAt is null ? stored with { RotatedAt = now } : stored;
        return request is null || request == stored.RotatedFor ? stored : new(newToken(), stored.Token, request, now);
    }

    /// <param name="isTaken">Whether every process has taken the new token.</param>
    /// <returns>What is stored, when it needn't change.</returns>
    public static AdminTokenState End(AdminTokenState stored, bool isTaken, DateTimeOffset now) =>
        stored.Previous is not null && isTaken && stored.RotatedAt is { } at && now - at >= Overlap ? stored with { Previous = null } : stored;
}
