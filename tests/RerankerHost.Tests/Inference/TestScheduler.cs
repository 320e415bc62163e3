using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Tests.Inference;

/// <summary>Threads for all tests that run models themselves.</summary>
internal static class TestScheduler
{
    public static Scheduler Shared { get; } = Scheduler.OfCommand();
}
