namespace Rerank.RerankerHost.Inference;

/// <summary>
/// The threads that run models: as many as there are cores, for all models together. Requests take turns, one part each,
/// so that a large request doesn't hold up a small one, and no thread idles while there is work.
/// </summary>
internal sealed class InferenceWorkers : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<InferenceJob> _jobs = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly CancellationTokenSource _stopping = new();

    public InferenceWorkers(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var thread = new Thread(Work) { IsBackground = true, Name = $"inference-{i}" };
            thread.Start();
        }
    }

    /// <summary>The process' own. Models share them since they share the cores.</summary>
    public static InferenceWorkers Shared => SharedInstance.Value;

    private static Lazy<InferenceWorkers> SharedInstance { get; } = new(() => new InferenceWorkers(Environment.ProcessorCount));

    /// <summary>Runs a job's parts; a job that is cancelled leaves the queue between two parts.</summary>
    public async Task RunAsync(InferenceJob job, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static (state, token) => ((InferenceJob)state!).Stop(new OperationCanceledException(token)), job))
        {
            Enqueue(job);
            await job.Completion;
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        List<InferenceJob> left;
        lock (_gate)
        {
            left = [.. _jobs];
            _jobs.Clear();
        }

        foreach (var job in left)
            job.Stop(new ObjectDisposedException(nameof(InferenceWorkers)));
    }

    private void Enqueue(InferenceJob job)
    {
        lock (_gate)
            _jobs.Enqueue(job);
        _available.Release();
    }

    private void Work()
    {
        try
        {
            while (true)
            {
                _available.Wait(_stopping.Token);
                if (TryTake(out var job, out var part))
                    job.Run(part);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private bool TryTake(out InferenceJob job, out int part)
    {
        lock (_gate)
        {
            if (!_jobs.TryDequeue(out job!) || !job.TryTake(out part, out var more))
            {
                part = 0;
                return false;
            }

            if (!more)
                return true;
            _jobs.Enqueue(job);
        }

        _available.Release();
        return true;
    }
}
