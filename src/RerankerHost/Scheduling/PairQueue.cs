namespace Rerank.RerankerHost.Scheduling;

/// <summary>
/// The pairs of all requests and models that share workers. A free worker gets the longest pairs of the most urgent request,
/// with others' pairs of the same length where there is room: nobody waits for a batch to fill up.
/// </summary>
/// <param name="workers">How many take from it at once.</param>
/// <param name="limit">Of work that may be in it, by the time that it takes all workers.</param>
internal sealed class PairQueue(int workers, TimeSpan limit, TimeProvider time)
{
    // Beyond this many requests looking for room-mates takes longer than it saves.
    private const int MostHosts = 64;

    // Estimates may be wrong: with less than this part of its time before it, a request is tried.
    private const double LeastAhead = 0.1;

    private readonly object _gate = new();
    private readonly PriorityQueue<ScoringJob, TimeSpan> _jobs = new();
    private readonly WorkLimit _limit = new(limit);
    private readonly long _start = time.GetTimestamp();
    private long _waitingTokens;
    private int _unfinished;
    private bool _isClosed;

    /// <summary>How many take from it at once.</summary>
    public int Workers => workers;

    /// <summary>Pairs that wait or run.</summary>
    public int Pairs => Volatile.Read(ref _unfinished);

    /// <summary>How long it takes to work off what is in it.</summary>
    public TimeSpan Backlog
    {
        get
        {
            lock (_gate)
                return _limit.Reserved;
        }
    }

    /// <summary>Refuses before work is put into a request that can't enter.</summary>
    /// <exception cref="QueueFullException">There's no room for anything.</exception>
    public void CheckRoom()
    {
        lock (_gate)
            CheckRoom(0);
    }

    /// <exception cref="QueueFullException">There's no room for it.</exception>
    public void Enter(ScoringJob job, TimeSpan timeLeft, int priority)
    {
        if (job.Pairs.Count == 0)
            return;
        lock (_gate)
        {
            if (_isClosed)
                throw new QueueClosedException();
            job.SecondsPerToken = job.Lane.SecondsPerToken / workers;
            var alone = TimeSpan.FromSeconds(FreshTokens(job) * job.SecondsPerToken);
            CheckRoom(alone.TotalSeconds);
            var now = Now();
            job.Urgency = Urgency.Of(now, alone, timeLeft, priority);
            CheckTime(job, alone, timeLeft);
            job.Enter(now);
            _unfinished += job.Unfinished;
            for (var pair = 0; pair < job.Pairs.Count; pair++)
                Claim(new PairRef(job, pair));
            _limit.Update(job);
        }
    }

    // What others have had run already costs nothing: a hundred equal requests are one's work.
    private static long FreshTokens(ScoringJob job)
    {
        var (inFlight, tokens) = (job.Lane.InFlight, 0L);
        for (var pair = 0; pair < job.Pairs.Count; pair++)
            tokens += inFlight.Count > 0 && inFlight.Has(new PairRef(job, pair)) ? 0 : job.Pairs.Length(pair);
        return tokens;
    }

    /// <summary>
    /// Admission by deadline: what can't be done in the time that is left is refused at once. Otherwise, under overload, workers would spend their time on what nobody waits for any more, and
    /// callers theirs on waiting for an error.
    /// </summary>
    private void CheckTime(ScoringJob job, TimeSpan alone, TimeSpan timeLeft)
    {
        var backlog = _limit.Reserved;
        if (backlog + alone <= timeLeft || backlog < LeastAhead * timeLeft)
            return;

        // Only what is as urgent goes before it.
        var ahead = backlog.TotalSeconds;
        foreach (var (other, _) in _jobs.UnorderedItems)
        {
            if (other.Urgency > job.Urgency)
                ahead -= other.Reserved;
        }

        var before = TimeSpan.FromSeconds(Math.Max(0, ahead));
        if (before >= LeastAhead * timeLeft && before + alone > timeLeft)
            throw QueueFullException.TooLate(before, alone, timeLeft);
    }

    /// <summary>Has a job's pairs run. Its memory may be given back once the task has ended, however it ended.</summary>
    /// <param name="timeLeft">Until nobody waits for the answer any more.</param>
    /// <param name="priority">Lower is earlier.</param>
    /// <exception cref="QueueFullException">There's no room for it.</exception>
    /// <exception cref="QueueClosedException">The process is about to end.</exception>
    public async Task RunAsync(ScoringJob job, TimeSpan timeLeft, int priority, CancellationToken cancellationToken)
    {
        Enter(job, timeLeft, priority);
        using (cancellationToken.UnsafeRegister(static (state, token) => ((Entered)state!).Stop(token), new Entered(this, job)))
            await job.Completion;
    }

    /// <summary>Gives a worker its next batch; waits until there is one.</summary>
    /// <returns>False: there will be none any more.</returns>
    public bool Take(MicroBatch batch)
    {
        lock (_gate)
        {
            while (!TryTake(batch))
            {
                if (_isClosed)
                    return false;
                Monitor.Wait(_gate);
            }

            return true;
        }
    }

    public bool TryTake(MicroBatch batch)
    {
        lock (_gate)
        {
            if (MostUrgent() is not { } job)
                return false;
            Fill(batch, job);
            var now = Now();
            foreach (var (owner, _) in batch.Pairs)
                owner.Began(now);
            return true;
        }
    }

    /// <summary>Hands out what a batch gave.</summary>
    public void Complete(MicroBatch batch, TimeSpan elapsed)
    {
        lock (_gate)
        {
            var now = Now();
            batch.Lane.Observe(batch.Tokens, elapsed);
            for (var i = 0; i < batch.Count; i++)
                Deliver(batch.Pairs[i], batch.Logits[i], batch.Failures[i], now);
        }

        batch.Clear();
    }

    /// <summary>Takes a job out; what runs of it runs to its end.</summary>
    public void Stop(ScoringJob job, Exception reason)
    {
        lock (_gate)
            StopNeedsLock(job, reason, Now());
    }

    /// <summary>Ends every job that waits, lets workers go, and takes no more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (MostUrgent() is { } job)
                StopNeedsLock(job, new QueueClosedException(), Now());
            Monitor.PulseAll(_gate);
        }
    }

    private TimeSpan Now() => time.GetElapsedTime(_start);

    // An empty queue takes anything: rounding must not leave a request out for ever.
    private void CheckRoom(double seconds)
    {
        if (_unfinished > 0)
            _limit.CheckRoom(seconds);
    }

    /// <summary>Lets a pair wait to be run, or for the result of the same pair of somebody else.</summary>
    private void Claim(PairRef pair)
    {
        var inFlight = pair.Job.Lane.InFlight;
        var owner = inFlight.Own(pair);
        if (owner == pair)
        {
            Offer(pair);
        }
        else if (owner.Job.IsWaiting(owner.Pair) && pair.Job.Urgency < owner.Job.Urgency)
        {
            inFlight.TakeOver(owner, pair);
            _waitingTokens -= owner.Job.Pairs.Length(owner.Pair);
            owner.Job.Follow(owner.Pair);
            _limit.Update(owner.Job);
            Offer(pair);
        }
        else
        {
            inFlight.Follow(pair);
            pair.Job.Follow(pair.Pair);
        }
    }

    private void Offer(PairRef pair)
    {
        var job = pair.Job;
        job.Offer(pair.Pair);
        _waitingTokens += job.Pairs.Length(pair.Pair);
        if (!job.IsListed)
        {
            job.IsListed = true;
            job.Lane.Jobs.Add(job);
            _jobs.Enqueue(job, job.Urgency);
        }

        Monitor.Pulse(_gate);
    }

    private ScoringJob? MostUrgent()
    {
        while (_jobs.TryPeek(out var job, out _))
        {
            if (job.Waiting > 0)
                return job;
            _jobs.Dequeue();
            job.Lane.Jobs.Remove(job);
            job.IsListed = false;
        }

        return null;
    }

    private void Fill(MicroBatch batch, ScoringJob job)
    {
        var (lane, length) = (job.Lane, job.LongestWaiting);
        var (shortest, longest) = lane.Policy.Mates(length);
        var most = lane.Policy.MostPairs(length, (_waitingTokens + workers - 1) / workers);
        batch.Begin(lane, lane.Policy.Columns(length));
        Move(batch, job, shortest, longest, most);

        // Strangers don't ride with a request's last pairs: they would only delay its end.
        for (var i = 0; job.Waiting > 0 && batch.Count < most && i < lane.Jobs.Count && i < MostHosts; i++)
            Move(batch, lane.Jobs[i], shortest, longest, most - batch.Count);
    }

    private void Move(MicroBatch batch, ScoringJob job, int shortest, int longest, int most)
    {
        var before = job.WaitingTokens;
        batch.Added(job.Take(shortest, longest, batch.Room(most)));
        _waitingTokens -= before - job.WaitingTokens;
    }

    private void Deliver(PairRef pair, float logit, Exception? failure, TimeSpan now)
    {
        var followers = pair.Job.Lane.InFlight.Release(pair);
        End(pair, logit, failure, now);
        foreach (var follower in followers)
        {
            if (follower.Job.IsFollowing(follower.Pair))
                End(follower, logit, failure, now);
        }
    }

    private void End(PairRef pair, float logit, Exception? failure, TimeSpan now)
    {
        var job = pair.Job;
        if (failure is null)
        {
            // Of a job that was stopped nothing is counted any more.
            _unfinished -= job.HasFailed ? 0 : 1;
            job.Finish(pair.Pair, logit, now);
            _limit.Update(job);
        }
        else
        {
            StopNeedsLock(job, failure, now, running: pair.Pair);
        }
    }

    private void StopNeedsLock(ScoringJob job, Exception reason, TimeSpan now, int? running = null)
    {
        if (!job.HasFailed && job.Unfinished > 0)
        {
            _unfinished -= job.Unfinished;
            for (var pair = 0; job.Waiting > 0; pair++)
            {
                if (job.IsWaiting(pair))
                    GiveUp(new PairRef(job, pair));
            }
        }

        if (running is { } failed)
            job.Fail(failed, reason, now);
        else
            job.Stop(reason, now);
        _limit.Update(job);
    }

    /// <summary>Who followed a pair that isn't run any more needs another owner.</summary>
    private void GiveUp(PairRef pair)
    {
        var job = pair.Job;
        var followers = job.Lane.InFlight.Release(pair);
        _waitingTokens -= job.Pairs.Length(pair.Pair);
        job.Withdraw(pair.Pair);
        foreach (var follower in followers)
        {
            if (!follower.Job.IsFollowing(follower.Pair) || follower.Job == job)
                continue;
            Claim(follower);
            _limit.Update(follower.Job);
        }
    }

    private sealed record Entered(PairQueue Queue, ScoringJob Job)
    {
        public void Stop(CancellationToken token) => Queue.Stop(Job, new OperationCanceledException(token));
    }
}
