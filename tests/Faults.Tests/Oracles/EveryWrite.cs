using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.World;

namespace Rerank.Faults.Tests.Oracles;

/// <summary>Runs a scenario once without a fault, and then once for every write in it with a fault at that write. All must end alike.</summary>
internal static class EveryWrite
{
    private const int AtOnce = 3;

    /// <param name="fault">The fault of the nth write.</param>
    /// <param name="stride">Every write, or only every so many of them where another test has all of them in most of the same code.</param>
    /// <returns>How many writes there were.</returns>
    public static async Task<int> EndsTheSameAsync(ControlPlane server, Scenario scenario, Fault fault, int stride = 1)
    {
        Outcome expected;
        using (var world = await FaultWorld.OnServerAsync(server))
            expected = await Outcome.OfAsync(scenario, world);
        await Parallel.ForAsync(0, expected.Writes / stride, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            var n = (i * stride) + 1;
            using var world = await FaultWorld.OnServerAsync(server);
            var actual = await Outcome.OfAsync(scenario, world, w => w.Plan.On(call => call.IsWrite, fault, skip: n - 1, times: 1));
            expected.AssertSame(actual, $"after {fault.GetType().Name} at write {n} of {expected.Writes}");
        });
        return expected.Writes;
    }
}
