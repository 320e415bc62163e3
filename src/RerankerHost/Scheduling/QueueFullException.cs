namespace Rerank.RerankerHost.Scheduling;

/// <summary>There's more work than may wait. The request may be tried again.</summary>
/// <param name="backlog">How long what waits will take.</param>
/// <param name="retryAfter">When there should be room for it.</param>
internal sealed class QueueFullException(TimeSpan backlog, TimeSpan limit, TimeSpan retryAfter)
    : Exception(FormattableString.Invariant($"the work that waits takes {backlog.TotalSeconds:0.#} s, and {limit.TotalSeconds:0.#} s is the most; try again later"))
{
    private const int LongestRetrySeconds = 60;

    public int RetryAfterSeconds => (int)Math.Clamp(Math.Ceiling(retryAfter.TotalSeconds), 1, LongestRetrySeconds);
}
