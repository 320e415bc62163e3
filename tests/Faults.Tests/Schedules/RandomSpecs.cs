using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Schedules;

/// <summary>Valid specs by chance, small enough to come to be in a minute.</summary>
/// <param name="shapes">Of what pods look like.</param>
internal sealed class RandomSpecs(Random random, Random shapes)
{
    public static readonly string[] Models = ["tiny", "base", "better", "best"];

    public RerankPipelineSpec Next()
    {
        var spec = new RerankPipelineSpec
        {
            Router = new()
            {
                Replicas = random.Next(1, 4),
                RequestTimeoutMilliseconds = random.Next(1, 4) * 1000,
                FailurePolicy = random.Next(2) == 0 ? FailurePolicy.ServeLowerTier : FailurePolicy.Fail,
            },
            Rollout = new()
            {
                Steps = [.. Steps()],
                BakeSeconds = random.Next(3) * 3,
                RetainStableSeconds = 0,
                FastRollbackRevisions = random.Next(3),
                Analysis = new() { Metrics = random.Next(2) == 0 ? [] : new AnalysisSpec().Metrics },
            },
            RevisionHistoryLimit = random.Next(1, 6),
        };
        if (random.Next(3) == 0)
            spec.Tiers.Add(new() { Name = "cache", Type = TierType.Cache, Cache = new() });
        if (random.Next(2) == 0)
            spec.Tiers.Add(Samples.Sidecar("small", Model(), new() { Type = EscalationType.Margin, MarginMilli = random.Next(5000) }));
        // Without an autoscaler: what that chose last stays, so that the way to a spec shows.
        var pods = random.Next(1, 4);
        spec.Tiers.Add(random.Next(4) == 0 ? Samples.Sidecar("full", Model()) : Samples.Pool("full", Model(), pods, pods));
        foreach (var tier in spec.Tiers.Where(t => t.Model is not null && shapes.Next(3) == 0))
            tier.Model!.Resources = new() { Limits = new() { ["memory"] = new($"{shapes.Next(2, 4)}Gi") } };
        return spec;
    }

    private string Model() => Models[random.Next(Models.Length)];

    private IEnumerable<StepSpec> Steps()
    {
        var traffic = 0;
        for (var i = random.Next(4); i > 0; i--)
        {
            traffic = random.Next(traffic, 1000);
            yield return new() { Name = $"step-{i}", TrafficPermille = traffic, MirrorPermille = random.Next(1, 1001), MinDurationSeconds = random.Next(3) };
        }
    }
}
