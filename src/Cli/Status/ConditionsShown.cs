using Rerank.Cli.Pipelines;

namespace Rerank.Cli.Status;

/// <summary>The conditions that say something to a person: how it stands, and everything that isn't as it should be.</summary>
internal static class ConditionsShown
{
    private static readonly string[] GoodWhenTrue = ["Available", "Ready", "TrafficConverged"];

    public static IEnumerable<Condition> Of(PipelineStatus status) => status.Conditions.Where(condition => condition.Type == "Ready" || !IsAsItShouldBe(condition));

    public static bool IsAsItShouldBe(Condition condition) => condition.Type switch
    {
        // A change under way is neither good nor bad, and Ready says so already.
        "Reconciling" => true,
        // Unknown without a candidate.
        "CandidateHealthy" => condition.Status != "False",
        var type when GoodWhenTrue.Contains(type) => condition.Status == "True",
        _ => condition.Status == "False",
    };
}
