namespace Rerank.RerankerHost.Scheduling;

/// <summary>How much work may be in a queue, by the time that it takes all workers. Used under the queue's lock.</summary>
internal sealed class WorkLimit(TimeSpan limit)
{
    private double _reserved;

    /// <summary>What is in it.</summary>
    public TimeSpan Reserved => TimeSpan.FromSeconds(_reserved);

    /// <param name="seconds">Of work; 0: any at all.</param>
    /// <exception cref="QueueFullException">There's no room for it.</exception>
    public void CheckRoom(double seconds)
    {
        var excess = _reserved + Reservation(seconds) - limit.TotalSeconds;
        if (excess > 0 || _reserved >= limit.TotalSeconds)
            throw new QueueFullException(Reserved, limit, TimeSpan.FromSeconds(excess));
    }

    /// <summary>Brings what a job has reserved to what is left of it.</summary>
    public void Update(ScoringJob job)
    {
        var reservation = Reservation(job.SecondsLeft);
        _reserved = Math.Max(0, _reserved + reservation - job.Reserved);
        job.Reserved = reservation;
    }

    // A request that is larger than half of the queue counts as that half: it is worked off piece by piece, beside others.
    private double Reservation(double seconds) => Math.Min(seconds, limit.TotalSeconds / 2);
}
