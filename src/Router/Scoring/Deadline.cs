namespace Rerank.Router.Scoring;

/// <summary>When something has to be done.</summary>
internal sealed class Deadline(TimeProvider time, long start, TimeSpan allowed)
{
    public TimeSpan Remaining
    {
        get
        {
            var remaining = allowed - time.GetElapsedTime(start);
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }

    /// <summary>
    /// The deadline of the tiers of a request whose caller waits for <paramref name="patience"/>. A little is kept back, so that an answer without
    /// the last tier still reaches the caller.
    /// </summary>
    public static Deadline ForTiers(TimeProvider time, long start, TimeSpan patience) =>
        new(time, start, patience - TimeSpan.FromMilliseconds(Math.Min(patience.TotalMilliseconds / 20, 50)));

    /// <summary>Half of what is left: a tier that hangs must leave time for the next.</summary>
    public Deadline Half() => new(time, time.GetTimestamp(), Remaining / 2);

    /// <summary>Is cancelled at the deadline.</summary>
    public CancellationTokenSource CreateTimeout() => new(Remaining, time);
}
