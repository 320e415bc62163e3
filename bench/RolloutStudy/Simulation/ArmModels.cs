using Rerank.RolloutStudy.Scenarios;

namespace Rerank.RolloutStudy.Simulation;

/// <summary>Both arms of a scenario. They are tables of megabytes, which all of its rollouts share.</summary>
internal sealed record ArmModels(ArmModel Stable, ArmModel Candidate)
{
    public static ArmModels Of(Scenario scenario) => new(new ArmModel(new()), new ArmModel(scenario.Candidate));
}
