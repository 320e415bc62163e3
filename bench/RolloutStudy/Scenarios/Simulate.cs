using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Scenarios;

/// <summary>Runs a scenario's rollouts, side by side.</summary>
internal static class Simulate
{
    private const ulong Apart = 1_000_003;

    public static ScenarioResult Run(Scenario scenario) => ScenarioResult.Of(scenario.Name, Ends(scenario, 0, scenario.Rollouts));

    public static ulong SeedOf(Scenario scenario, int rollout) => scenario.Seed * Apart + (ulong)rollout;

    /// <summary>So many rollouts from one on, in the order of their seeds, which follow from the scenario's alone.</summary>
    public static RolloutEnd[] Ends(Scenario scenario, int first, int count)
    {
        var ends = new RolloutEnd[count];
        var arms = ArmModels.Of(scenario);
        Parallel.For(0, count, i => ends[i] = new ScenarioRollout(scenario, arms, SeedOf(scenario, first + i)).Run());
        return ends;
    }
}
