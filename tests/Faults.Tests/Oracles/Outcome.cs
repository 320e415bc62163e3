using Rerank.Faults.Tests.World;

namespace Rerank.Faults.Tests.Oracles;

/// <summary>What came of a scenario.</summary>
/// <param name="State">Oracle E.</param>
/// <param name="Counts">Oracle U.</param>
/// <param name="Stable">Which revisions were stable, in this order (S7).</param>
/// <param name="Weights">Which weights routers were told, in this order.</param>
/// <param name="Writes">Of the operator, since the change.</param>
internal sealed record Outcome(
    IReadOnlyDictionary<string, string> State,
    IReadOnlyDictionary<string, (int Created, int Deleted)> Counts,
    IReadOnlyList<string> Stable,
    IReadOnlyList<string> Weights,
    int Writes)
{
    /// <param name="faults">Sets them up, right after the change; null for a run without any.</param>
    public static async Task<Outcome> OfAsync(Scenario scenario, FaultWorld world, Action<FaultWorld>? faults = null)
    {
        await scenario.Before(world);
        await scenario.Change(world);
        var already = world.Journal.Count;
        faults?.Invoke(world);
        if (scenario.Until is { } until)
            await world.UntilAsync(() => until(world));
        await world.SettleAsync();
        if (scenario.After is { } after)
        {
            await after(world);
            await world.SettleAsync();
        }

        var writes = world.Journal.Count - already;
        return new(await world.EndStateAsync(), world.Journal.Counts(), world.Invariants.StableHistory, world.Invariants.Weights, writes);
    }

    public void AssertSame(Outcome actual, string when)
    {
        EndState.AssertSame(State, actual.State, when);
        Assert.True(
            Text(Counts) == Text(actual.Counts),
            $"{when}, other creations and deletions:\n{Text(Counts)}\ninstead of\n{Text(actual.Counts)}");
        Assert.True(Weights.SequenceEqual(actual.Weights), $"{when}, weights {string.Join(", ", actual.Weights)} instead of {string.Join(", ", Weights)}");
        Assert.True(Stable.SequenceEqual(actual.Stable), $"{when}, stable was {string.Join(", ", actual.Stable)} instead of {string.Join(", ", Stable)}");
    }

    private static string Text(IReadOnlyDictionary<string, (int Created, int Deleted)> counts) =>
        string.Join(", ", counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Key} +{c.Value.Created}-{c.Value.Deleted}"));
}
