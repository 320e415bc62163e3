using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Revisions;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Scale.Fleet;

/// <param name="Changing">Those of the pipelines that change.</param>
/// <param name="StepSeconds">How long each of the two steps of a change lasts at least, and its bake; what was replaced is kept for twice as long.</param>
/// <param name="Autoscaled">Those that have an autoscaler, which measures all the time.</param>
/// <param name="History">Revisions that each pipeline had before, with their reports.</param>
internal sealed record FleetSize(int Pipelines, int Changing, int StepSeconds, int Autoscaled = 0, int History = 0);

/// <summary>Many pipelines of a usual size: two routers with a small model beside each, and a pool of one pod. Some of them are to change.</summary>
internal sealed class PipelineFleet(IResourceClient user, string ns, FleetSize size)
{
    private const string ChangingLabel = "scale.rerank.dev/changing";
    private const int AtOnce = 16;
    private const int AutoscalerSeconds = 15;
    private const int ReportBytes = 20 * 1024;

    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = AtOnce };
    private int _margin = 1000;

    public int Pipelines => size.Pipelines;

    public int Changing => size.Changing;

    /// <summary>Writes what an autoscaler writes of a pool every 15 s: what it measured.</summary>
    /// <param name="second">Of the whole run: each has its turn.</param>
    public async Task MeasureAsync(int second, CancellationToken cancellationToken)
    {
        for (var i = second % AutoscalerSeconds; i < size.Autoscaled; i += AutoscalerSeconds)
        {
            await user.ApplyStatusAsync(
                new V2HorizontalPodAutoscaler
                {
                    Metadata = new() { Name = $"pipeline-{i}-large", NamespaceProperty = ns },
                    Status = new()
                    {
                        DesiredReplicas = 1,
                        CurrentReplicas = 1,
                        CurrentMetrics = [new() { Type = "Resource", Resource = new() { Name = "cpu", Current = new() { AverageUtilization = 30 + (second / AutoscalerSeconds % 10) } } }],
                    },
                },
                cancellationToken);
        }
    }

    /// <summary>Gives every pipeline a past: revisions that were replaced, and reports of how they did.</summary>
    /// <param name="manager">Who writes what the operator has written.</param>
    public async Task AgeAsync(IResourceClient manager, CancellationToken cancellationToken)
    {
        var stable = (await manager.ListAllAsync<V1ControllerRevision>(ns, null, cancellationToken)).ToDictionary(r => r.Metadata.OwnerReferences.Single().Name, RevisionObject.Read);
        await Parallel.ForEachAsync(await manager.ListAllAsync<RerankPipeline>(ns, null, cancellationToken), _parallel, async (pipeline, _) =>
        {
            var owner = PipelineOwner.Of(pipeline);
            for (var i = 0; i < size.History; i++)
            {
                var past = Past(stable[pipeline.Name()], i);
                await manager.ApplyAsync(RevisionObject.From(owner, past), cancellationToken);
                await manager.ApplyAsync(Report(owner, past.Name), cancellationToken);
            }
        });
    }

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
        (await user.ListAllAsync<RerankPipeline>(ns, $"{ChangingLabel}=true", cancellationToken)).Count(p => !IsReady(p));

    /// <summary>How many of all don't.</summary>
    public async Task<int> NotReadyAsync(CancellationToken cancellationToken) =>
        (await user.ListAllAsync<RerankPipeline>(ns, null, cancellationToken)).Count(p => !IsReady(p));

    private static Revision Past(Revision stable, int number)
    {
        var snapshot = stable.Snapshot with { Policy = stable.Snapshot.Policy with { RequestTimeoutMilliseconds = 1000 + number } };
        return stable with
        {
            Name = snapshot.Hash(),
            Snapshot = snapshot,
            State = RevisionState.Retired,
            // Before the one that serves, whose number is higher.
            Sequence = 0,
            Uid = null,
            ResourceVersion = null,
        };
    }

    // As large as one of a rollout that two routers were in.
    private static V1ConfigMap Report(PipelineOwner owner, string revision) => new()
    {
        Metadata = ReportObject.Metadata(owner, revision),
        Data = new Dictionary<string, string> { [ReportObject.ReportKey] = new string('x', ReportBytes) },
    };

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
                        Model = new() { ModelVersionRef = new() { Name = "large" }, Placement = Placement.Pool, Replicas = new() { Min = 1, Max = number < size.Autoscaled ? 3 : 1 } },
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
