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
        var excess = _reserved + Capped(seconds) - limit.TotalSeconds;
        if (excess > 0 || _reserved >= limit.TotalSeconds)
            throw new QueueFullException(Reserved, limit, TimeSpan.FromSeconds(excess));
    }

    /// <summary>Brings what a job's request has reserved to what is left of it.</summary>
    public void Update(ScoringJob job)
    {
        if (job.Reservation is not { } reservation)
            return;
        reservation.SecondsLeft = Math.Max(0, reservation.SecondsLeft + job.SecondsLeft - job.SecondsReserved);
        job.SecondsReserved = job.SecondsLeft;
        var seconds = Capped(reservation.SecondsLeft);
        _reserved = Math.Max(0, _reserved + seconds - reservation.Seconds);
        reservation.Seconds = seconds;
    }

    // A request that is larger than half of the queue counts as that half: it is worked off piece by piece, beside others.
    private double Capped(double seconds) => Math.Min(seconds, limit.TotalSeconds / 2);
}

/// <summary>The room that a request takes in a queue, with all of its jobs.</summary>
internal sealed class Reservation
{
    /// <summary>Of work that its jobs have run.</summary>
    public double SecondsLeft { get; set; }

    /// <summary>What of it counts.</summary>
    public double Seconds { get; set; }

    /// <summary>A job's part of what counts.</summary>
    public double Of(ScoringJob job) => SecondsLeft > 0 ? Seconds * job.SecondsReserved / SecondsLeft : 0;
}
