namespace Rerank.RerankerHost.Scheduling;

/// <summary>How much work may be in a queue, by the time that it takes all workers. Used under the queue's lock.</summary>
internal sealed class WorkLimit(TimeSpan limit)
{
    private double _reserved;

    /// <summary>What is in it.</summary>
    public TimeSpan Reserved => TimeSpan.FromSeconds(_reserved);

    /// <param name="job">Null: any work at all.</param>
    /// <exception cref="QueueFullException">There's no room for it.</exception>
    public void CheckRoom(ScoringJob? job)
    {
        var excess = _reserved + (job is null ? 0 : Reservation(job)) - limit.TotalSeconds;
        if (excess > 0 || _reserved >= limit.TotalSeconds)
            throw new QueueFullException(Reserved, limit, TimeSpan.FromSeconds(excess));
    }

    /// <summary>Brings what a job has reserved to what is left of it.</summary>
    public void Update(ScoringJob job)
    {
        var reservation = Reservation(job);
        _reserved = Math.Max(0, _reserved + reservation - job.Reserved);
        job.Reserved = reservation;
    }

    // A request that is larger than half of the queue counts as that half: it is worked off piece by piece, beside others.
    private double Reservation(ScoringJob job) => Math.Min(job.SecondsLeft, limit.TotalSeconds / 2);
}
