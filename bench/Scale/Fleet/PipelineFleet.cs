using System.Security.Cryptography;
using System.Text;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Scale.Fleet;

/// <param name="Changing">Those of the pipelines that change.</param>
/// <param name="StepSeconds">How long each of the two steps of a change lasts at least, and its bake; what was replaced is kept for twice as long.</param>
internal sealed record FleetSize(int Pipelines, int Changing, int StepSeconds);

/// <summary>Many pipelines of a usual size: two routers with a small model beside each, and a pool of one pod. Some of them are to change.</summary>
internal sealed class PipelineFleet(IResourceClient user, string ns, FleetSize size)
{
    private const string ChangingLabel = "scale.rerank.dev/changing";
    private const int AtOnce = 16;

    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = AtOnce };
    private int _margin = 1000;

    public int Pipelines => size.Pipelines;

    public int Changing => size.Changing;

    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        await user.ApplyAsync(Model("small"), cancellationToken);
        await user.ApplyAsync(Model("large"), cancellationToken);
        await Parallel.ForAsync(0, size.Pipelines, _parallel, async (i, _) => await user.ApplyAsync(Pipeline(i), cancellationToken));
    }

    /// <summary>Gives some of the pipelines another revision, which has to earn its place step by step.</summary>
    public async Task ChangeAsync(CancellationToken cancellationToken)
    {
        _margin++;
        await Parallel.ForAsync(0, size.Changing, _parallel, async (i, _) => await user.ApplyAsync(Pipeline(i), cancellationToken));
    }

    /// <summary>How many of those that change don't answer with what their spec asks for.</summary>
    public async Task<int> UnfinishedAsync(CancellationToken cancellationToken) =>
        (await user.ListAsync<RerankPipeline>(ns, cancellationToken, $"{ChangingLabel}=true")).Count(p => !IsReady(p));

    /// <summary>How many of all don't.</summary>
    public async Task<int> NotReadyAsync(CancellationToken cancellationToken) =>
        (await user.ListAsync<RerankPipeline>(ns, cancellationToken)).Count(p => !IsReady(p));

    private static bool IsReady(RerankPipeline pipeline) => pipeline.Status?.Conditions.Any(
        c => c is { Type: "Ready", Status: ConditionStatus.True } && c.ObservedGeneration == pipeline.Metadata.Generation) ?? false;

    private RerankPipeline Pipeline(int number)
    {
        var changes = number < size.Changing;
        return new()
        {
            Metadata = new()
            {
                Name = $"pipeline-{number}",
                NamespaceProperty = ns,
                Labels = new Dictionary<string, string> { [ChangingLabel] = changes ? "true" : "false" },
            },
            Spec = new()
            {
                Tiers =
                [
                    new()
                    {
                        Name = "small",
                        Type = TierType.Model,
                        Model = new() { ModelVersionRef = new() { Name = "small" }, Placement = Placement.Sidecar },
                        Escalation = new() { Type = EscalationType.Margin, MarginMilli = changes ? _margin : 1000 },
                    },
                    new()
                    {
                        Name = "large",
                        Type = TierType.Model,
                        Model = new() { ModelVersionRef = new() { Name = "large" }, Placement = Placement.Pool, Replicas = new() { Min = 1, Max = 1 } },
                    },
                ],
                Rollout = new()
                {
                    // What is measured is what it takes to look, and not how long it takes to be sure.
                    Analysis = new() { Metrics = [] },
                    Steps =
                    [
                        new() { Name = "tenth", TrafficPermille = 100, MinDurationSeconds = size.StepSeconds },
                        new() { Name = "half", TrafficPermille = 500, MinDurationSeconds = size.StepSeconds },
                    ],
                    BakeSeconds = size.StepSeconds,
                    RetainStableSeconds = 2 * size.StepSeconds,
                },
            },
        };
    }

    private ModelVersion Model(string name) => new()
    {
        Metadata = new() { Name = name, NamespaceProperty = ns },
        Spec = new()
        {
            Artifact = new()
            {
                Source = new() { Bundled = new() { Name = name } },
                Files =
                [
                    new() { Path = "model.onnx", Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))) },
                    new() { Path = "tokenizer.json", Sha256 = new string('7', 64) },
                ],
            },
            Contract = new() { MaxInputTokens = 512 },
        },
    };
}
