using Rerank.Operator.Api;
using Rerank.RolloutStudy.Methods;
using Rerank.RolloutStudy.Scenarios;
using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Studies;

/// <summary>Other methods, each with the margins of our own metrics.</summary>
internal static class Rivals
{
    public const string FirstFailure = "Argo: first failed minute";
    public const string FifthFailure = "Flagger: fifth failed minute";
    public const string Kayenta = "Kayenta: Mann-Whitney";

    public static readonly string[] Names = [FirstFailure, FifthFailure, Kayenta];

    /// <param name="metrics">What they look at; one that a dashboard has no number for is left out.</param>
    /// <param name="first">As <see cref="Simulate.Ends"/> has it.</param>
    /// <param name="count">Likewise.</param>
    /// <returns>By name, when it rolled each rollout back; null: it didn't. Methods that can't look at any of the metrics are left out.</returns>
    public static Dictionary<string, RolloutEnd?[]> Run(Scenario scenario, IReadOnlyList<MetricSpec> metrics, int first, int count)
    {
        var names = Of(scenario, metrics).Select(rival => rival.Name).ToArray();
        var ends = names.ToDictionary(name => name, _ => new RolloutEnd?[count]);
        if (names.Length == 0)
            return ends;

        var arms = ArmModels.Of(scenario);
        Parallel.For(0, count, i =>
        {
            var own = ByTheClock.Run(scenario, arms, Simulate.SeedOf(scenario, first + i), [.. Of(scenario, metrics).Select(rival => rival.Method)]);
            for (var name = 0; name < names.Length; name++)
                ends[names[name]][i] = own[name];
        });
        return ends;
    }

    private static IEnumerable<(string Name, IMinuteMethod Method)> Of(Scenario scenario, IReadOnlyList<MetricSpec> metrics)
    {
        var measures = metrics.Select(metric => Measure.Of(metric, scenario.Requests.ClickRate)).OfType<Measure>().ToArray();
        var compared = measures.Where(measure => measure.Baseline is not null).ToArray();
        if (measures.Length > 0)
        {
            yield return (FirstFailure, new AnyOf([.. measures.Select(measure => new FixedThreshold(measure, 1))]));
            yield return (FifthFailure, new AnyOf([.. measures.Select(measure => new FixedThreshold(measure, 5))]));
        }

        if (compared.Length > 0)
            yield return (Kayenta, new AnyOf([.. compared.Select(measure => new MannWhitney(measure))]));
    }
}
