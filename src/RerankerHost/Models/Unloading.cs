namespace Rerank.RerankerHost.Models;

/// <summary>
/// Frees what models hold, one after the other and on a thread of its own: it takes as long as freeing gigabytes does, and whoever lets go of a model last is a request that has its answer, or holds a lock that
/// health and status need.
/// </summary>
internal sealed class Unloading(ILogger<Unloading> logger)
{
    private readonly Lock _lock = new();

    /// <summary>Ends when everything is freed that was given so far.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Add(IDisposable model)
    {
        lock (_lock)
            Completion = Completion.ContinueWith(_ => Free(model), CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default);
    }

    private void Free(IDisposable model)
    {
        try
        {
            model.Dispose();
        }
        catch (Exception e)
        {
            Log.NotUnloaded(logger, e);
        }
    }
}
