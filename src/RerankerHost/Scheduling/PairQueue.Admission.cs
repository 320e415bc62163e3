namespace Rerank.RerankerHost.Scheduling;

/// <content>Admission: who is taken in, by the time that its work takes.</content>
internal sealed partial class PairQueue
{
    // Estimates may be wrong: with less than this part of its time before it, a request is tried.
    private const double LeastAhead = 0.1;

    private readonly HashSet<PairRef> _seen = new(InFlightPairs.ByTokens);

    /// <summary>Refuses before work is put into a request that can't enter.</summary>
    /// <exception cref="QueueFullException">There's no room for anything.</exception>
    public void CheckRoom()
    {
        lock (_gate)
            CheckRoom(0);
    }

    /// <param name="request">All of its jobs: they enter together, or none does. Of one model.</param>
    /// <exception cref="QueueFullException">There's no room for it.</exception>
    /// <param name="isOwn">Whether it is the host's own, as a self-test, which load must not fail.</param>
    public void Enter(IReadOnlyList<ScoringJob> request, TimeSpan timeLeft, int priority, bool isOwn = false)
    {
        if (request.All(job => job.Pairs.Count == 0))
            return;
        lock (_gate)
        {
            if (_isClosed)
                throw new QueueClosedException();
            var now = Now();
            var cost = CostOf(request, now);
            var (work, longest) = FreshWork(request);
            var alone = TimeSpan.FromSeconds(cost.Seconds(work));
            var urgency = Urgency.Of(now, alone, timeLeft, priority);
            if (!isOwn)
            {
                CheckRoom(alone.TotalSeconds);

                // However many workers there are, a pair is run by one.
                var atLeast = TimeSpan.FromSeconds(request[0].Lane.Cost.Seconds(longest));
                CheckTime(urgency, alone > atLeast ? alone : atLeast, timeLeft);
            }

            var reservation = new Reservation();
            foreach (var job in request)
            {
                (job.Cost, job.Urgency, job.Reservation) = (cost, urgency, reservation);
                job.Enter(now);
                _unfinished += job.Unfinished;
                for (var pair = 0; pair < job.Pairs.Count; pair++)
                    Claim(new PairRef(job, pair), now);
                _limit.Update(job);
            }
        }
    }

    /// <summary>What a request's work costs all workers together that run it.</summary>
    private RunCost CostOf(IReadOnlyList<ScoringJob> request, TimeSpan now)
    {
        var cost = request[0].Lane.Cost;
        var longest = request.Max(job => job.Pairs.Count == 0 ? 0 : job.Pairs.Length(0));
        if (cost.Seconds(longest) <= LongRunSeconds)
        {
            _shortWorkUntil = now + ShortWorkExpected;
            return cost / workers;
        }

        return cost / (IsShortWorkExpected(now) ? workers - 1 : workers);
    }

    private bool IsShortWorkExpected(TimeSpan now) => workers > 1 && now < _shortWorkUntil;

    // What others have had run already costs nothing, nor what comes twice: a hundred equal requests are one's work.
    private (Work Work, int Longest) FreshWork(IReadOnlyList<ScoringJob> request)
    {
        var (inFlight, work, longest) = (request[0].Lane.InFlight, default(Work), 0);
        foreach (var job in request)
        {
            for (var i = 0; i < job.Pairs.Count; i++)
            {
                var pair = new PairRef(job, i);
                if ((inFlight.Count > 0 && inFlight.Has(pair)) || !_seen.Add(pair))
                    continue;
                work += Work.OfPair(job.Pairs.Length(i));
                longest = Math.Max(longest, job.Pairs.Length(i));
            }
        }

        _seen.Clear();
        return (work, longest);
    }

    /// <summary>
    /// Admission by deadline: what can't be done in the time that is left is refused at once. Otherwise, under overload, workers would spend their time on what nobody waits for any more, and
    /// callers theirs on waiting for an error.
    /// </summary>
    private void CheckTime(TimeSpan urgency, TimeSpan alone, TimeSpan timeLeft)
    {
        var backlog = _limit.Reserved;
        if (backlog + alone <= timeLeft || backlog < LeastAhead * timeLeft)
            return;

        // Only what is as urgent goes before it.
        var ahead = backlog.TotalSeconds;
        foreach (var (other, _) in _jobs.UnorderedItems)
        {
            if (other.Urgency > urgency)
                ahead -= other.Reservation!.Of(other);
        }

        var before = TimeSpan.FromSeconds(Math.Max(0, ahead));
        if (before >= LeastAhead * timeLeft && before + alone > timeLeft)
            throw QueueFullException.TooLate(before, alone, timeLeft);
    }

    // An empty queue takes anything: rounding must not leave a request out for ever.
    private void CheckRoom(double seconds)
    {
        if (_unfinished > 0)
            _limit.CheckRoom(seconds);
    }
}
