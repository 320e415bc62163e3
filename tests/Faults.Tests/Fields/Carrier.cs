using System.Text.Json.Nodes;
using k8s;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Fields;

/// <summary>Objects that have every member set, to be changed member by member.</summary>
internal static class Carrier
{
    public static JsonObject Json<T>(T entity)
        where T : notnull => JsonNode.Parse(KubernetesJson.Serialize(entity))!.AsObject();

    public static RerankPipeline Pipeline() => Samples.Of(new()
    {
        Router = new()
        {
            Replicas = 2,
            RequestTimeoutMilliseconds = 1000,
            Assignment = new() { Type = AssignmentType.HeaderHash, HeaderName = "X-User" },
            Cors = new() { AllowedOrigins = ["https://shop.example.com", "https://desk.example.com"] },
            Hedging = new() { AfterPercentile = 90, MaxExtraPermille = 30 },
            Resources = Resources(),
            Scheduling = Scheduling(),
        },
        Tiers =
        [
            new() { Name = "cache", Type = TierType.Cache, Cache = new() { Memory = new("32Mi"), TtlSeconds = 60 } },
            Samples.Sidecar("small", "tiny", new() { Type = EscalationType.Margin, MarginMilli = 2000, TopK = 5 }),
            Pool(),
        ],
        Engine = new() { Policy = EnginePolicy.Follow },
        Rollout = new()
        {
            // Whatever becomes of the pool's pods.
            Capacity = new() { MaxExtraGPUs = 10_000 },
            Steps = [new() { Name = "all", TrafficPermille = 900, MirrorPermille = 100, MinRequests = 1, MinDurationSeconds = 1, PassWhen = PassWhen.Estimated }],
            BakeSeconds = 0,
            RetainStableSeconds = 0,
            RetainRevisions = 2,
            FastRollbackRevisions = 0,
            Analysis = new() { Metrics = [.. Metrics()] },
            Directives = [new() { Revision = "0123456789", Action = DirectiveAction.Retry, Attempt = 2 }],
        },
    });

    public static ModelVersion Model(ModelSourceSpec source) => Samples.Model("base", spec =>
    {
        spec.Artifact.Source = source;
        spec.Artifact.Files.Add(new() { Path = "golden.json", Sha256 = new string('a', 64) });
        spec.Golden = new() { Path = "golden.json" };
        spec.Runtime.ExecutionProviders = [ExecutionProvider.CUDA, ExecutionProvider.CPU];
        spec.Runtime.GpuMemory = new("2Gi");
    });

    public static IEnumerable<ModelSourceSpec> Sources()
    {
        yield return new() { Bundled = new() { Name = "tiny" } };
        yield return new() { Http = new() { BaseURL = "https://example.com/models", CredentialsSecretRef = new() { Name = "models" } } };
        yield return new() { HuggingFace = new() { Repository = "org/model", Revision = new string('b', 40), TokenSecretRef = new() { Name = "hub" } } };
        yield return new() { PersistentVolumeClaim = new() { ClaimName = "models", Path = "base" } };
    }

    private static TierSpec Pool()
    {
        var pool = Samples.Pool("full", "base", min: 1, max: 2);
        pool.Model!.Gpu = new();
        pool.Model.Resources = Resources();
        pool.Model.Scheduling = Scheduling();
        return pool;
    }

    private static ResourcesSpec Resources() => new()
    {
        Requests = new() { ["cpu"] = new("100m"), ["memory"] = new("64Mi") },
        Limits = new() { ["memory"] = new("256Mi") },
    };

    private static SchedulingSpec Scheduling() => new()
    {
        NodeSelector = new() { ["kubernetes.io/arch"] = "amd64" },
        Tolerations = [new() { Key = "gpu", Operator = TolerationOperator.Equal, Value = "yes", Effect = TaintEffect.NoSchedule }],
        PriorityClassName = "high",
        RuntimeClassName = "nvidia",
    };

    // All of them only advise, so that no field of them keeps a candidate from its promotion.
    private static IEnumerable<MetricSpec> Metrics()
    {
        const MetricMode Mode = MetricMode.Advise;
        yield return new() { Name = "errors", Mode = Mode, Type = MetricType.ErrorRate, MaxDeltaPermille = 10, HardLimitPermille = 200 };
        yield return new() { Name = "slow", Mode = Mode, Type = MetricType.LatencyQuantile, QuantilePermille = 990, MaxRatioPermille = 1200, HardLimitMilliseconds = 5000 };
        yield return new() { Name = "overlap", Mode = Mode, Type = MetricType.TopKOverlap, TopK = 10, MinPermille = 850 };
        yield return new() { Name = "scores", Mode = Mode, Type = MetricType.ScoreShift, MaxPSIMilli = 200 };
        yield return new() { Name = "clicks", Mode = Mode, Type = MetricType.Feedback, Measure = FeedbackMeasure.ClickShare, MaxDeltaPermille = 10 };
        yield return new()
        {
            Name = "orders",
            Mode = Mode,
            Type = MetricType.Prometheus,
            MaxDeltaPermille = 10,
            Prometheus = new() { ServerURL = "http://prometheus:9090", SuccessQuery = "good", TotalQuery = "all" },
        };
    }
}
