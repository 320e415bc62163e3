namespace Rerank.RolloutStudy.Scenarios;

/// <summary>Runs a scenario's rollouts, side by side.</summary>
internal static class Simulate
{
    private const ulong Apart = 1_000_003;

    public static ScenarioResult Run(Scenario scenario) => ScenarioResult.Of(scenario.Name, Ends(scenario));

    public static ulong SeedOf(Scenario scenario, int rollout) => scenario.Seed * Apart + (ulong)rollout;

    /// <summary>In the order of their seeds, which follow from the scenario's alone.</summary>
    public static RolloutEnd[] Ends(Scenario scenario)
    {
        var ends = new RolloutEnd[scenario.Rollouts];
        Parallel.For(0, ends.Length, i => ends[i] = new ScenarioRollout(scenario, SeedOf(scenario, i)).Run());
        return ends;
    }
}
