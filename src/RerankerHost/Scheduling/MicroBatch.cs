namespace Rerank.RerankerHost.Scheduling;

/// <summary>Pairs that run together; a worker fills the same one again and again.</summary>
#pragma warning disable CA1001 // The source holds no timer and no handle.
internal sealed class MicroBatch
#pragma warning restore CA1001
{
    private PairRef[] _pairs = new PairRef[16];
    private float[] _logits = new float[16];
    private Exception?[] _failures = new Exception?[16];
    private CancellationTokenSource? _abandoned;

    public ModelLane Lane { get; private set; } = null!;

    public int Count { get; private set; }

    public int Rows => Lane.Policy.Rows(Count);

    public int Columns { get; private set; }

    /// <summary>Without padding.</summary>
    public Work Work { get; private set; }

    /// <summary>Whether nobody waits for any of its pairs any more.</summary>
    public bool IsAbandoned => _abandoned is { IsCancellationRequested: true };

    /// <summary>Whether all of it ran, in one go.</summary>
    public bool RanWhole { get; private set; }

    public ReadOnlySpan<PairRef> Pairs => _pairs.AsSpan(0, Count);

    public Span<float> Logits => _logits.AsSpan(0, Count);

    /// <summary>Why a pair has no logit; null: it has one.</summary>
    public Span<Exception?> Failures => _failures.AsSpan(0, Count);

    /// <summary>Where the next pairs go.</summary>
    public Span<PairRef> Room(int most)
    {
        if (Count + most > _pairs.Length)
            Grow(Count + most);
        return _pairs.AsSpan(Count, most);
    }

    public void Begin(ModelLane lane, int columns)
    {
        Clear();
        Lane = lane;
        Columns = columns;
    }

    /// <summary>Counts in what was put into <see cref="Room"/>.</summary>
    public void Added(int pairs)
    {
        foreach (var (job, pair) in _pairs.AsSpan(Count, pairs))
            Work += Work.OfPair(job.Pairs.Length(pair));
        Count += pairs;
    }

    /// <summary>Runs it on the calling thread. A batch that fails is run again pair by pair, so that only those at fault fail.</summary>
    public void Run()
    {
        var failure = TryRun(0, Count, Rows, Columns);
        RanWhole = failure is null;
        if (Count == 1 || (failure is not null && IsAbandoned))
        {
            Failures.Fill(failure);
        }
        else if (failure is not null)
        {
            for (var i = 0; i < Count; i++)
                _failures[i] = TryRun(i, 1, Lane.Policy.Rows(1), Lane.Policy.Columns(_pairs[i].Job.Pairs.Length(_pairs[i].Pair)));
        }
    }

    /// <summary>Keeps nothing of finished requests alive.</summary>
    public void Clear()
    {
        Array.Clear(_pairs, 0, Count);
        Array.Clear(_failures, 0, Count);
        Count = 0;
        Work = default;
        _abandoned = null;
    }

    /// <summary>From now on it can be ended early. Before it runs.</summary>
    public void MakeAbandonable() => _abandoned = new CancellationTokenSource();

    /// <summary>Lets a run that is under way end early. Under the lock of the queue, by which it is completed.</summary>
    public void Abandon() => _abandoned?.Cancel();

    /// <returns>Null: its logits are there.</returns>
    private Exception? TryRun(int first, int count, int rows, int columns)
    {
        try
        {
            Lane.Runner.Run(_pairs.AsSpan(first, count), rows, columns, _logits.AsSpan(first, count), _abandoned?.Token ?? default);
            return null;
        }
#pragma warning disable CA1031 // Whatever went wrong goes to those who wait for the pairs; the worker goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }

    private void Grow(int needed)
    {
        var size = Math.Max(needed, _pairs.Length * 2);
        Array.Resize(ref _pairs, size);
        Array.Resize(ref _logits, size);
        Array.Resize(ref _failures, size);
    }
}
