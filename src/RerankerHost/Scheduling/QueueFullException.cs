namespace Rerank.RerankerHost.Scheduling;

/// <summary>There's more work than may wait. The request may be tried again.</summary>
internal sealed class QueueFullException : Exception
{
    private const int LongestRetrySeconds = 60;

    private readonly TimeSpan _retryAfter;

    /// <param name="backlog">How long what waits will take.</param>
    /// <param name="limit">The most that it may take.</param>
    /// <param name="retryAfter">When there should be room for it.</param>
    public QueueFullException(TimeSpan backlog, TimeSpan limit, TimeSpan retryAfter)
        : this(FormattableString.Invariant($"the work that waits takes {backlog.TotalSeconds:0.#} s, and {limit.TotalSeconds:0.#} s is the most; try again later"), retryAfter)
    {
    }

    private QueueFullException(string message, TimeSpan retryAfter)
        : base(message) => _retryAfter = retryAfter;

    public int RetryAfterSeconds => (int)Math.Clamp(Math.Ceiling(_retryAfter.TotalSeconds), 1, LongestRetrySeconds);

    /// <summary>For work that could not be done in the time that is left.</summary>
    /// <param name="ahead">What goes before it takes so long.</param>
    /// <param name="own">It takes so long itself.</param>
    public static QueueFullException TooLate(TimeSpan ahead, TimeSpan own, TimeSpan timeLeft) => new(
        FormattableString.Invariant($"the work that goes before takes {ahead.TotalSeconds:0.##} s and the request itself {own.TotalSeconds:0.##} s, and {timeLeft.TotalSeconds:0.##} s are left; try again later"),
        ahead + own - timeLeft);
}
