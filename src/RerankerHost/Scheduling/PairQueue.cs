using System.Runtime.ExceptionServices;

namespace Rerank.RerankerHost.Scheduling;

/// <summary>
/// The pairs of all requests and models that share workers. A free worker gets the longest pairs of the most urgent request,
/// with others' pairs of the same length where there is room: nobody waits for a batch to fill up. A run that has begun can't make room for others, so runs are kept short where that is possible:
/// several pairs share one only for so long, and where single pairs take longer a worker stays free of them while there is shorter work.
/// </summary>
/// <param name="workers">How many take from it at once.</param>
/// <param name="limit">Of work that may be in it, by the time that it takes all workers.</param>
internal sealed partial class PairQueue(int workers, TimeSpan limit, TimeProvider time)
{
    // Beyond this many requests looking for room-mates takes longer than it saves.
    private const int MostHosts = 64;

    // Of several pairs. Beyond it, what is saved for each of them is next to nothing.
    private const double MostBatchSeconds = 0.1;

    // What takes longer isn't run by all workers at once, and ends early when nobody waits for it any more.
    private const double LongRunSeconds = 0.25;

    // For so long after shorter work came, more of it is expected.
    private static readonly TimeSpan ShortWorkExpected = TimeSpan.FromSeconds(10);

    private readonly object _gate = new();
    private readonly PriorityQueue<ScoringJob, TimeSpan> _jobs = new();
    private readonly WorkLimit _limit = new(limit);
    private readonly long _start = time.GetTimestamp();
    private readonly List<MicroBatch> _longRuns = [];
    private TimeSpan _shortWorkUntil;
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

    /// <summary>Has a request's pairs run. Once one of its jobs fails, the others are taken out. Their memory may be given back once the task has ended, however it ended.</summary>
    /// <param name="request">Of one model.</param>
    /// <param name="timeLeft">Until nobody waits for the answer any more.</param>
    /// <param name="priority">Lower is earlier.</param>
    /// <exception cref="QueueFullException">There's no room for it.</exception>
    /// <exception cref="QueueClosedException">The process is about to end.</exception>
    public async Task RunAsync(IReadOnlyList<ScoringJob> request, TimeSpan timeLeft, int priority, CancellationToken cancellationToken, bool isOwn = false)
    {
        Enter(request, timeLeft, priority, isOwn);
        using (cancellationToken.UnsafeRegister(static (state, token) => ((Entered)state!).Stop(token), new Entered(this, request)))
        {
            if (request.Count == 1)
                await request[0].Completion;
            else
                await AllAsync(request);
        }
    }

    private async Task AllAsync(IReadOnlyList<ScoringJob> request)
    {
        Exception? failure = null;
        await foreach (var job in Task.WhenEach(request.Select(job => job.Completion)))
        {
            if (job.Exception is null || failure is not null)
                continue;
            failure = job.Exception.InnerException!;
            Stop(request, failure);
        }

        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
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

                // The one that is kept for shorter work isn't kept for ever.
                var kept = _jobs.Count > 0 ? _shortWorkUntil - Now() : TimeSpan.Zero;
                if (kept > TimeSpan.Zero)
                    Monitor.Wait(_gate, kept);
                else
                    Monitor.Wait(_gate);
            }

            return true;
        }
    }

    public bool TryTake(MicroBatch batch)
    {
        lock (_gate)
        {
            var now = Now();
            if (MostUrgent() is not { } job)
                return false;
            var longest = int.MaxValue;
            if (_longRuns.Count >= workers - 1 && IsShortWorkExpected(now))
            {
                if (MostUrgentOfShortWork() is not { } other)
                    return false;
                (job, longest) = (other, other.Lane.Cost.LongestWithin(LongRunSeconds));
            }

            Fill(batch, job, longest);
            foreach (var pair in batch.Pairs)
                Began(pair, now);
            return true;
        }
    }

    /// <summary>For the last worker that is free while all others are held up for long.</summary>
    private ScoringJob? MostUrgentOfShortWork()
    {
        ScoringJob? found = null;
        foreach (var (job, urgency) in _jobs.UnorderedItems)
        {
            if ((found is null || urgency < found.Urgency) && job.Waiting > 0 && job.LongestWaitingWithin(job.Lane.Cost.LongestWithin(LongRunSeconds)) > 0)
                found = job;
        }

        return found;
    }

    private static void Began(PairRef pair, TimeSpan now)
    {
        pair.Job.Began(pair.Pair, now);
        var inFlight = pair.Job.Lane.InFlight;
        if (!inFlight.HasFollowers)
            return;
        foreach (var (job, follower) in inFlight.FollowersOf(pair))
        {
            if (job.IsFollowing(follower))
                job.Began(follower, now);
        }
    }

    /// <summary>Hands out what a batch gave.</summary>
    public void Complete(MicroBatch batch, TimeSpan elapsed)
    {
        lock (_gate)
        {
            var now = Now();
            // One that was given up took at least so long, or those that can't be done in time would be begun again and again.
            if (batch.RanWhole || (batch.IsAbandoned && elapsed.TotalSeconds > batch.Lane.Cost.Seconds(batch.Work)))
                batch.Lane.Observe(batch.Work, elapsed);

            // A worker that was kept for shorter work may be needed for long work now.
            if (_longRuns.Remove(batch))
                Monitor.PulseAll(_gate);
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch.IsAbandoned && batch.Failures[i] is { } failure)
                    GiveUp(batch.Pairs[i], failure, now);
                else
                    Deliver(batch.Pairs[i], batch.Logits[i], batch.Failures[i], now);
            }
        }

        batch.Clear();
    }

    /// <summary>Takes a request out. What runs of it runs to its end, unless that takes long and nobody else waits for it.</summary>
    public void Stop(IReadOnlyList<ScoringJob> request, Exception reason)
    {
        lock (_gate)
        {
            foreach (var job in request)
                StopNeedsLock(job, reason, Now());
        }
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

    /// <summary>Lets a pair wait to be run, or for the result of the same pair of somebody else.</summary>
    private void Claim(PairRef pair, TimeSpan now)
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
            if (owner.Job.IsRunning(owner.Pair))
                pair.Job.Began(pair.Pair, now);
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

    /// <param name="within">Pairs that are longer aren't taken.</param>
    private void Fill(MicroBatch batch, ScoringJob job, int within)
    {
        var (lane, length) = (job.Lane, within == int.MaxValue ? job.LongestWaiting : job.LongestWaitingWithin(within));
        var (shortest, longest) = lane.Policy.Mates(length);
        longest = Math.Min(longest, within);
        var seconds = lane.Cost.Seconds(length);
        var inTime = (int)Math.Min(int.MaxValue, MostBatchSeconds / seconds);
        var most = lane.Policy.MostPairs(length, (_waitingTokens + workers - 1) / workers, inTime);
        batch.Begin(lane, lane.Policy.Columns(length));
        if (seconds > LongRunSeconds)
        {
            batch.MakeAbandonable();
            _longRuns.Add(batch);
        }

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
                    GiveUp(new PairRef(job, pair), now);
            }
        }

        if (running is { } failed)
            job.Fail(failed, reason, now);
        else
            job.Stop(reason, now);
        _limit.Update(job);
        foreach (var run in _longRuns)
        {
            if (!run.IsAbandoned && !IsWanted(run))
                run.Abandon();
        }
    }

    private static bool IsWanted(MicroBatch run)
    {
        foreach (var pair in run.Pairs)
        {
            if (!pair.Job.HasFailed || pair.Job.Lane.InFlight.FollowersOf(pair).Any(follower => follower.Job.IsFollowing(follower.Pair)))
                return true;
        }

        return false;
    }

    /// <summary>Who followed a pair that isn't run any more needs another owner.</summary>
    private void GiveUp(PairRef pair, TimeSpan now)
    {
        var job = pair.Job;
        var followers = job.Lane.InFlight.Release(pair);
        _waitingTokens -= job.Pairs.Length(pair.Pair);
        job.Withdraw(pair.Pair);
        Claim(followers, except: job, now);
    }

    /// <summary>The same for a pair whose run was abandoned. Whoever came to follow it since then still wants it.</summary>
    private void GiveUp(PairRef pair, Exception failure, TimeSpan now)
    {
        var followers = pair.Job.Lane.InFlight.Release(pair);
        End(pair, default, failure, now);
        Claim(followers, except: pair.Job, now);
    }

    private void Claim(IReadOnlyList<PairRef> followers, ScoringJob except, TimeSpan now)
    {
        foreach (var (job, pair) in followers)
        {
            if (!job.IsFollowing(pair) || job == except)
                continue;
            job.Lost(pair, now);
            Claim(new PairRef(job, pair), now);
            _limit.Update(job);
        }
    }

    private sealed record Entered(PairQueue Queue, IReadOnlyList<ScoringJob> Request)
    {
        public void Stop(CancellationToken token) => Queue.Stop(Request, new OperationCanceledException(token));
    }
}
