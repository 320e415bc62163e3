namespace Rerank.Router.Scoring;

/// <summary>When something has to be done.</summary>
/// <param name="isPolicys">Whether it is what the pipeline allows, and not less because a caller wants it so: only then it says something of a host that it wasn't met.</param>
internal sealed class Deadline(TimeProvider time, long start, TimeSpan allowed, bool isPolicys, TimeSpan? full = null)
{
    // Timers go by whole milliseconds of a coarse clock and so end up to two of them early.
    private static readonly TimeSpan TimerSlack = TimeSpan.FromMilliseconds(2);

    /// <summary>Zero once a timeout may have ended: who is told of it must not find that there is time for another try.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var remaining = allowed - time.GetElapsedTime(start);
            return remaining > TimerSlack ? remaining : TimeSpan.Zero;
        }
    }

    /// <summary>Whether so much time is most of what the policy gives: a host that hasn't answered in it is late, and one that was asked in the last moment isn't.</summary>
    public bool IsMostOf(TimeSpan left) => isPolicys && left >= 0.7 * (full ?? allowed);

    /// <summary>
    /// The deadline of the tiers of a request whose caller waits for <paramref name="patience"/>. A little is kept back, so that an answer without
    /// the last tier still reaches the caller.
    /// </summary>
    public static Deadline ForTiers(TimeProvider time, long start, TimeSpan patience, bool isPolicys) =>
        new(time, start, patience - TimeSpan.FromMilliseconds(Math.Min(patience.TotalMilliseconds / 20, 50)), isPolicys);

    /// <summary>Half of what is left: a tier that hangs must leave time for the next.</summary>
    public Deadline Half() => new(time, time.GetTimestamp(), Remaining / 2, isPolicys, (full ?? allowed) / 2);

    /// <summary>Is cancelled at the deadline.</summary>
    public CancellationTokenSource CreateTimeout() => new(Remaining, time);
}
