using System.Diagnostics;
using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Tests.Inference;

public class InferenceWorkersTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_SmallJobBehindLargeOne_TakesTurns()
    {
        using var workers = new InferenceWorkers(1);
        using var start = new ManualResetEventSlim();
        var ran = new List<string>();
        var large = new Parts(50, part =>
        {
            start.Wait(Cancellation);
            ran.Add($"large {part}");
        });
        var small = new Parts(1, _ => ran.Add("small"));

        var first = workers.RunAsync(large, Cancellation);
        var second = workers.RunAsync(small, Cancellation);
        start.Set();
        await Task.WhenAll(first, second);

        Assert.Equal(51, ran.Count);
        Assert.InRange(ran.IndexOf("small"), 0, 2);
    }

    [Fact]
    public async Task Waited_BehindAnotherJob_IsTheTimeThatItDidNotRun()
    {
        using var workers = new InferenceWorkers(1);
        using var start = new ManualResetEventSlim();
        var ran = TimeSpan.Zero;
        var first = new Parts(1, _ => start.Wait(Cancellation));
        var second = new Parts(1, _ =>
        {
            var begun = Stopwatch.GetTimestamp();
            Thread.SpinWait(100_000);
            ran = Stopwatch.GetElapsedTime(begun);
        });

        var running = workers.RunAsync(first, Cancellation);
        var enqueued = Stopwatch.GetTimestamp();
        var waiting = workers.RunAsync(second, Cancellation);
        Thread.SpinWait(100_000);
        var atLeast = Stopwatch.GetElapsedTime(enqueued);
        start.Set();
        await Task.WhenAll(running, waiting);

        Assert.InRange(second.Waited, atLeast, Stopwatch.GetElapsedTime(second.Made) - ran);
    }

    [Fact]
    public async Task RunAsync_Cancelled_EndsOnceNoPartRuns()
    {
        using var workers = new InferenceWorkers(1);
        using var started = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var parts = 0;
        var job = new Parts(100, _ =>
        {
            parts++;
            started.Set();
            go.Wait(Cancellation);
        });

        var running = workers.RunAsync(job, cancellation.Token);
        started.Wait(Cancellation);
        await cancellation.CancelAsync();
        Assert.False(running.IsCompleted);
        go.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(1, parts);
    }

    [Fact]
    public async Task RunAsync_PartFails_OtherJobsGoOn()
    {
        using var workers = new InferenceWorkers(2);
        var failing = new Parts(10, part => throw new ModelFailedException($"part {part}"));
        var done = 0;
        var fine = new Parts(10, _ => Interlocked.Increment(ref done));

        await Assert.ThrowsAsync<ModelFailedException>(() => workers.RunAsync(failing, Cancellation));
        await workers.RunAsync(fine, Cancellation);

        Assert.Equal(10, done);
    }

    private sealed class Parts(int count, Action<int> run) : InferenceJob(count)
    {
        public long Made { get; } = Stopwatch.GetTimestamp();

        protected override void RunPart(int part) => run(part);
    }
}
