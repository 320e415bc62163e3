namespace Rerank.RerankerHost.Scheduling;

/// <summary>One request's pairs on one model. What changes in it does so under the lock of the queue that it is in.</summary>
internal sealed class ScoringJob
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PairState[] _states;
    private readonly Run[] _runs;
    private Exception? _failure;
    private int _longest;
    private int _running;
    private int _active;
    private TimeSpan _entered;
    private TimeSpan _idleSince;

    /// <param name="pairs">Stays as it is until <see cref="Completion"/>.</param>
    public ScoringJob(ModelLane lane, IPairSet pairs)
    {
        Lane = lane;
        Pairs = pairs;
        Logits = new float[pairs.Count];
        _states = new PairState[pairs.Count];
        _runs = RunsOf(pairs);
        _longest = _runs.Length;
        Unfinished = pairs.Count;
        if (Unfinished == 0)
            _done.SetResult();
    }

    private enum PairState : byte
    {
        None,
        Waiting,
        Following,
        FollowingRun,
        Running,
        Finished,
    }

    public ModelLane Lane { get; }

    public IPairSet Pairs { get; }

    /// <summary>By when it should be served; the earliest goes first.</summary>
    public TimeSpan Urgency { get; set; }

    /// <summary>One for each of <see cref="Pairs"/>, once completed.</summary>
    public float[] Logits { get; }

    /// <summary>Ends when nothing reads <see cref="Pairs"/> any more and nothing will: only then may their memory be given back.</summary>
    public Task Completion => _done.Task;

    public bool HasFailed => _failure is not null;

    /// <summary>How long none of it ran, nor what it follows. Of a completed job.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>How long some of it ran, or of what it follows. Of a completed job.</summary>
    public TimeSpan Ran { get; private set; }

    /// <summary>Pairs that wait to be run.</summary>
    public int Waiting { get; private set; }

    public long WaitingTokens { get; private set; }

    public int Unfinished { get; private set; }

    /// <summary>The pairs that wait or run: those that follow others cost nothing.</summary>
    public Work OwnWork { get; private set; }

    /// <summary>Whether it is among the jobs that workers are given work from.</summary>
    public bool IsListed { get; set; }

    /// <summary>What its work costs all workers together.</summary>
    public RunCost Cost { get; set; }

    /// <summary>Seconds that what it has run takes all workers together.</summary>
    public double SecondsLeft => HasFailed ? 0 : Cost.Seconds(OwnWork);

    /// <summary>The room that its request takes in the queue.</summary>
    public Reservation? Reservation { get; set; }

    /// <summary>Its part of <see cref="Reservation.SecondsLeft"/>.</summary>
    public double SecondsReserved { get; set; }

    /// <summary>Tokens of the longest pair that waits; there must be one.</summary>
    public int LongestWaiting
    {
        get
        {
            while (_runs[_longest].Waiting == 0)
                _longest++;
            return _runs[_longest].Length;
        }
    }

    /// <summary>Tokens of the longest pair that waits and isn't longer than that; 0: there's none.</summary>
    public int LongestWaitingWithin(int longest)
    {
        for (var i = FirstRunOf(longest); i < _runs.Length; i++)
        {
            if (_runs[i].Waiting > 0)
                return _runs[i].Length;
        }

        return 0;
    }

    public void Enter(TimeSpan now) => _entered = _idleSince = now;

    public bool IsWaiting(int pair) => _states[pair] == PairState.Waiting;

    /// <summary>From now on a pair waits to be run.</summary>
    public void Offer(int pair)
    {
        _states[pair] = PairState.Waiting;
        var index = RunOf(pair);
        ref var run = ref _runs[index];
        run.Next = Math.Min(run.Next, pair);
        run.Waiting++;
        _longest = Math.Min(_longest, index);
        Waiting++;
        WaitingTokens += run.Length;
        OwnWork += Work.OfPair(run.Length);
    }

    /// <summary>A pair waits for somebody else's logit.</summary>
    public void Follow(int pair)
    {
        if (_states[pair] == PairState.Waiting)
            Withdraw(pair);
        _states[pair] = PairState.Following;
    }

    /// <summary>Takes pairs that wait, the longest first; they run from now on.</summary>
    /// <returns>How many.</returns>
    public int Take(int shortest, int longest, Span<PairRef> into)
    {
        var taken = 0;
        for (var i = FirstRunOf(longest); i < _runs.Length && _runs[i].Length >= shortest; i++)
        {
            ref var run = ref _runs[i];
            for (; run.Waiting > 0 && taken < into.Length; run.Next++)
            {
                if (_states[run.Next] != PairState.Waiting)
                    continue;
                into[taken++] = new PairRef(this, run.Next);
                _states[run.Next] = PairState.Running;
                run.Waiting--;
                Waiting--;
                WaitingTokens -= run.Length;
            }
        }

        return taken;
    }

    /// <summary>A run begins that gives a pair its logit: the pair's own, once it was taken, or that of the pair which it follows.</summary>
    public void Began(int pair, TimeSpan now)
    {
        if (_states[pair] == PairState.Running)
            _running++;
        else
            _states[pair] = PairState.FollowingRun;
        if (_active++ == 0)
            Waited += now - _idleSince;
    }

    /// <summary>The run that a pair followed gives it nothing.</summary>
    public void Lost(int pair, TimeSpan now)
    {
        if (_states[pair] != PairState.FollowingRun)
            return;
        _states[pair] = PairState.Following;
        Rest(now);
    }

    /// <summary>A pair has its logit, its own run's or that of the pair which it follows.</summary>
    public void Finish(int pair, float logit, TimeSpan now)
    {
        Logits[pair] = logit;
        Leave(pair, now);
    }

    /// <summary>A pair's run ends without a logit, and so does the job. Those that wait must have been withdrawn.</summary>
    public void Fail(int pair, Exception failure, TimeSpan now)
    {
        _failure ??= failure;
        Leave(pair, now);
    }

    /// <summary>Nothing more of it is wanted. Those that wait must have been withdrawn.</summary>
    public void Stop(Exception reason, TimeSpan now)
    {
        _failure ??= reason;
        CompleteIfOver(now);
    }

    public void Withdraw(int pair)
    {
        ref var run = ref _runs[RunOf(pair)];
        run.Waiting--;
        Waiting--;
        WaitingTokens -= run.Length;
        OwnWork -= Work.OfPair(run.Length);
        _states[pair] = PairState.None;
    }

    /// <summary>Whether a pair still wants the logit of the pair that it follows.</summary>
    public bool IsFollowing(int pair) => !HasFailed && _states[pair] is PairState.Following or PairState.FollowingRun;

    public bool IsRunning(int pair) => _states[pair] == PairState.Running;

    private static Run[] RunsOf(IPairSet pairs)
    {
        var runs = 0;
        for (var i = 0; i < pairs.Count; i++)
            runs += i == 0 || pairs.Length(i) != pairs.Length(i - 1) ? 1 : 0;

        var found = new Run[runs];
        for (var i = pairs.Count - 1; i >= 0; i--)
        {
            if (i == pairs.Count - 1 || pairs.Length(i) != pairs.Length(i + 1))
                runs--;
            found[runs] = new Run { Length = pairs.Length(i), First = i, Next = int.MaxValue };
        }

        return found;
    }

    private void Leave(int pair, TimeSpan now)
    {
        var state = _states[pair];
        if (state == PairState.Running)
        {
            OwnWork -= Work.OfPair(Pairs.Length(pair));
            _running--;
        }

        if (state is PairState.Running or PairState.FollowingRun)
            Rest(now);
        _states[pair] = PairState.Finished;
        Unfinished--;
        CompleteIfOver(now);
    }

    private void Rest(TimeSpan now)
    {
        if (--_active == 0)
            _idleSince = now;
    }

    // A run reads the memory of the pairs that it was given, and not of those that follow them.
    private void CompleteIfOver(TimeSpan now)
    {
        if (_running > 0 || (_failure is null && Unfinished > 0))
            return;
        Ran = now - _entered - Waited;
        if (_failure is not null)
            _done.TrySetException(_failure);
        else
            _done.TrySetResult();
    }

    private int RunOf(int pair)
    {
        var (low, high) = (0, _runs.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_runs[middle].First <= pair)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    /// <summary>The first run, in falling order of lengths, whose pairs are no longer.</summary>
    private int FirstRunOf(int longest)
    {
        var (low, high) = (0, _runs.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_runs[middle].Length > longest)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>Pairs of one length, which follow each other.</summary>
    private struct Run
    {
        public int Length;
        public int First;

        // None before it waits.
        public int Next;
        public int Waiting;
    }
}
