using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Tests.Scheduling;

/// <summary>With real threads.</summary>
public class SchedulerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_ManyAtOnce_AllRight()
    {
        using var scheduler = new Scheduler(threads: 3, TimeSpan.FromDays(1), TimeProvider.System);
        var queue = scheduler.QueueOf(ExecutionProvider.CPU);
        var lane = new ModelLane(new FakeRunner(), new ExactLengths(64), 1e-6);

        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), Cancellation, async (i, token) =>
        {
            var random = new Random(i);
            var pairs = new FakePairs(Enumerable.Range(0, 8).Select(_ => random.Next(50)).Select(content => (1 + (content % 10), content)));
            var job = new ScoringJob(lane, pairs);
            await queue.RunAsync([job], TimeSpan.FromMinutes(1), random.Next(10), token);
            Assert.Equal(Enumerable.Range(0, 8).Select(p => FakeRunner.LogitOf(pairs.Content(p))), job.Logits);
        });

        Assert.Equal((0, TimeSpan.Zero), (scheduler.Pairs, scheduler.Backlog));
    }

    [Fact]
    public async Task RunAsync_WithoutPairs_EndsAtOnce()
    {
        using var scheduler = new Scheduler(threads: 1, TimeSpan.FromSeconds(1), new FakeTimeProvider());
        var job = new ScoringJob(new ModelLane(new FakeRunner(), ExactLengths.Alone, 1), new FakePairs());

        await scheduler.QueueOf(ExecutionProvider.CPU).RunAsync([job], TimeSpan.Zero, priority: 0, Cancellation);

        Assert.Empty(job.Logits);
    }
}
