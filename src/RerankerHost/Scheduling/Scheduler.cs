using System.Diagnostics;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Scheduling;

/// <summary>The threads that run models, for all models of the process together, and the queues that they work off.</summary>
internal sealed class Scheduler : IDisposable
{
    // One fills the next batch's tensors while the other's run.
    private const int CudaWorkers = 2;

    private readonly PairQueue _cpu;
    private readonly Lazy<PairQueue> _cuda;

    /// <param name="threads">Of the CPU's models; null: as many as the process may use whole cores, by its affinity and its control group's quota.</param>
    /// <param name="limit">Of work that may wait, by the time that it takes.</param>
    /// <param name="batched">Told pairs and tokens of every batch; null: nobody is.</param>
    public Scheduler(int? threads, TimeSpan limit, TimeProvider time, Action<int, long>? batched = null)
    {
        Threads = threads ?? new CpuQuota().Threads(Environment.ProcessorCount);
        _cpu = Start("cpu", Threads, limit, time, batched);
        _cuda = new Lazy<PairQueue>(() => Start("cuda", CudaWorkers, limit, time, batched));
    }

    public int Threads { get; }

    /// <summary>For a command that scores by itself, where nothing waits but its own work.</summary>
    public static Scheduler OfCommand() => new(threads: null, TimeSpan.FromDays(1), TimeProvider.System);

    /// <summary>Pairs that wait or run.</summary>
    public int Pairs => _cpu.Pairs + (_cuda.IsValueCreated ? _cuda.Value.Pairs : 0);

    /// <summary>How long the work that waits takes.</summary>
    public TimeSpan Backlog => _cuda.IsValueCreated && _cuda.Value.Backlog > _cpu.Backlog ? _cuda.Value.Backlog : _cpu.Backlog;

    public PairQueue QueueOf(ExecutionProvider provider) => provider == ExecutionProvider.CUDA ? _cuda.Value : _cpu;

    /// <summary>Ends everything that waits, with <see cref="QueueClosedException"/>; what runs ends by itself.</summary>
    public void Close()
    {
        _cpu.Close();
        if (_cuda.IsValueCreated)
            _cuda.Value.Close();
    }

    public void Dispose() => Close();

    private static PairQueue Start(string name, int workers, TimeSpan limit, TimeProvider time, Action<int, long>? batched)
    {
        var queue = new PairQueue(workers, limit, time);
        for (var i = 0; i < workers; i++)
            new Thread(() => Work(queue, batched)) { IsBackground = true, Name = $"{name}-{i}" }.Start();
        return queue;
    }

    private static void Work(PairQueue queue, Action<int, long>? batched)
    {
        var batch = new MicroBatch();
        while (queue.Take(batch))
        {
            batched?.Invoke(batch.Count, batch.Work.Tokens);
            var started = Stopwatch.GetTimestamp();
            batch.Run();
            queue.Complete(batch, Stopwatch.GetElapsedTime(started));
        }
    }
}
