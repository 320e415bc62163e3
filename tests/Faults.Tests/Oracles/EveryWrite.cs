using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.World;

namespace Rerank.Faults.Tests.Oracles;

/// <summary>
/// Runs a scenario once without a fault, and then once for every write in it with a fault at that write. All must end alike. Every write is gone through on the
/// in-memory API server; a sample of them on a real one, where a run takes a hundred times as long.
/// </summary>
internal static class EveryWrite
{
    private const int Samples = 6;

    /// <param name="fault">The fault of the nth write.</param>
    /// <returns>How many writes there were, on the real server.</returns>
    public static async Task<int> EndsTheSameAsync(ControlPlane server, Scenario scenario, Fault fault)
    {
        await EndsTheSameAsync(() => FaultWorld.OnAsync(server, isReal: false), scenario, fault, writes => Enumerable.Range(1, writes));
        return await EndsTheSameAsync(() => FaultWorld.OnAsync(server, isReal: true), scenario, fault, Sample);
    }

    // From the first to the last, evenly.
    private static IEnumerable<int> Sample(int writes) => Enumerable.Range(0, Samples).Select(i => 1 + (i * (writes - 1) / (Samples - 1))).Distinct();

    private static async Task<int> EndsTheSameAsync(Func<Task<FaultWorld>> newWorld, Scenario scenario, Fault fault, Func<int, IEnumerable<int>> which)
    {
        Outcome expected;
        using (var world = await newWorld())
            expected = await Outcome.OfAsync(scenario, world);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        await Parallel.ForEachAsync(which(expected.Writes), parallel, async (n, _) =>
        {
            using var world = await newWorld();
            var actual = await Outcome.OfAsync(scenario, world, w => w.Plan.On(call => call.IsWrite, fault, skip: n - 1, times: 1));
            expected.AssertSame(actual, $"{world.Namespace}, after {fault.GetType().Name} at write {n} of {expected.Writes}");
        });
        return expected.Writes;
    }
}
