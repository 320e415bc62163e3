using Microsoft.Extensions.Time.Testing;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Tests.Scheduling;

/// <summary>Workers of a queue in simulated time: a batch takes what a cost model says, and no thread is involved.</summary>
internal sealed class SimulatedWorkers
{
    private readonly PriorityQueue<Action, TimeSpan> _events = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Func<MicroBatch, TimeSpan> _cost;
    private readonly Stack<MicroBatch> _idle;
    private readonly long _start;

    public SimulatedWorkers(int workers, Func<MicroBatch, TimeSpan> cost, TimeSpan? limit = null)
    {
        Queue = new PairQueue(workers, limit ?? TimeSpan.FromDays(1), _time);
        _cost = cost;
        _idle = new Stack<MicroBatch>(Enumerable.Range(0, workers).Select(_ => new MicroBatch()));
        _start = _time.GetTimestamp();
    }

    public PairQueue Queue { get; }

    /// <summary>Since the start.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Called with every batch that begins.</summary>
    public Action<MicroBatch> Began { get; set; } = _ => { };

    /// <summary>Called with every batch that has run, and how long it took.</summary>
    public Action<MicroBatch, TimeSpan> Ended { get; set; } = (_, _) => { };

    public static Func<MicroBatch, TimeSpan> PerToken(TimeSpan token) => batch => token * batch.Work.Tokens;

    public static Func<MicroBatch, TimeSpan> By(RunCost cost) => batch => TimeSpan.FromSeconds(cost.Seconds(batch.Work));

    public void At(TimeSpan moment, Action act) => _events.Enqueue(act, moment);

    /// <returns>Filled in when it is done: how long it took.</returns>
    public SimulatedRequest Send(TimeSpan moment, ModelLane lane, FakePairs pairs, int priority = 0, TimeSpan? timeLeft = null)
    {
        var request = new SimulatedRequest { Job = new ScoringJob(lane, pairs), Arrival = moment };
        At(moment, () =>
        {
            try
            {
                Queue.Enter([request.Job], timeLeft ?? TimeSpan.FromSeconds(30), priority);
            }
            catch (QueueFullException e)
            {
                request.Refused = e;
            }
        });
        Requests.Add(request);
        return request;
    }

    public List<SimulatedRequest> Requests { get; } = [];

    /// <summary>Until nothing happens any more.</summary>
    public void Run()
    {
        while (_events.TryDequeue(out var act, out var moment))
        {
            if (moment > Now)
                _time.Advance(moment - Now);
            act();

            // What happens at one moment has happened before anybody takes work.
            while (_events.TryPeek(out _, out var next) && next <= Now)
                _events.Dequeue()();
            Note();
            while (_idle.TryPop(out var batch))
            {
                if (!Queue.TryTake(batch))
                {
                    _idle.Push(batch);
                    break;
                }

                Began(batch);
                var elapsed = _cost(batch);
                At(Now + elapsed, () =>
                {
                    batch.Run();
                    Ended(batch, elapsed);
                    Queue.Complete(batch, elapsed);
                    _idle.Push(batch);
                });
            }
        }

        Note();
    }

    private void Note()
    {
        foreach (var request in Requests)
        {
            if (request.Job.Completion.IsCompleted && request.Done is null)
                request.Done = Now;
        }
    }
}

internal sealed class SimulatedRequest
{
    public required ScoringJob Job { get; init; }

    public required TimeSpan Arrival { get; init; }

    public TimeSpan? Done { get; set; }

    /// <summary>Why it could not enter.</summary>
    public QueueFullException? Refused { get; set; }

    public TimeSpan Took => Done!.Value - Arrival;

    public void AssertRight()
    {
        Assert.True(Job.Completion.IsCompletedSuccessfully);
        var pairs = (FakePairs)Job.Pairs;
        Assert.Equal(Enumerable.Range(0, pairs.Count).Select(i => FakeRunner.LogitOf(pairs.Content(i))), Job.Logits);
    }
}
