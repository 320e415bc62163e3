using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Namespaces;
using Rerank.Operator.Pipelines;

namespace Rerank.Operator.Tests.World;

/// <summary>Objects for tests.</summary>
internal static class Samples
{
    public const string Namespace = "shop";
    public const string Pipeline = "search";

    public static OperatorOptions Options => new()
    {
        Namespace = "rerank-system",
        Images = new() { Router = "test/router:1", RerankerHost = "test/host:1", RerankerHostCuda = "test/host:1-cuda" },
    };

    public static ModelVersion Model(string name, Action<ModelVersionSpec>? change = null)
    {
        var spec = new ModelVersionSpec
        {
            Artifact = new()
            {
                Source = new() { Bundled = new() { Name = name } },
                Files =
                [
                    new() { Path = "model.onnx", Sha256 = Digest(name) },
                    new() { Path = "tokenizer.json", Sha256 = new string('7', 64) },
                ],
            },
            Contract = new() { MaxInputTokens = 512 },
        };
        change?.Invoke(spec);
        return new() { Metadata = new() { Name = name, NamespaceProperty = Namespace }, Spec = spec };
    }

    /// <summary>The lease of an operator of this namespace alone.</summary>
    public static V1Lease HeldLease(DateTimeOffset renewed, string holder = "their-operator") => new()
    {
        Metadata = new() { Name = OtherOperators.LeaseName, NamespaceProperty = Namespace, Labels = new Dictionary<string, string> { [Labels.Name] = Labels.OperatorName } },
        Spec = new() { HolderIdentity = holder, LeaseDurationSeconds = 15, RenewTime = renewed.UtcDateTime },
    };

    /// <summary>A sidecar tier "small" before a pool "full" of two pods.</summary>
    public static RerankPipeline TwoTiers(string small = "tiny", string full = "base", Action<RerankPipelineSpec>? change = null)
    {
        var spec = new RerankPipelineSpec
        {
            Tiers =
            [
                Sidecar("small", small, new EscalationSpec { Type = EscalationType.Margin, MarginMilli = 2000 }),
                Pool("full", full),
            ],
            // Nothing is compared unless a test asks for it.
            Rollout = new() { Steps = [], BakeSeconds = 0 },
        };
        change?.Invoke(spec);
        return Of(spec);
    }

    public static RerankPipeline Of(RerankPipelineSpec spec, string name = Pipeline) =>
        new() { Metadata = new() { Name = name, NamespaceProperty = Namespace }, Spec = spec };

    public static TierSpec Sidecar(string name, string model, EscalationSpec? escalation = null) => new()
    {
        Name = name,
        Type = TierType.Model,
        Model = new() { ModelVersionRef = new() { Name = model }, Placement = Placement.Sidecar },
        Escalation = escalation,
    };

    public static TierSpec Pool(string name, string model, int min = 2, int max = 2, EscalationSpec? escalation = null) => new()
    {
        Name = name,
        Type = TierType.Model,
        Model = new() { ModelVersionRef = new() { Name = model }, Placement = Placement.Pool, Replicas = new() { Min = min, Max = max } },
        Escalation = escalation,
    };

    /// <summary>A pipeline of which nothing is there yet.</summary>
    public static Observation Observed(RerankPipeline pipeline) => new()
    {
        Pipeline = pipeline,
        Desired = new DesiredRevision(),
        Revisions = [],
        Pods = [],
        Deployments = new Dictionary<string, V1Deployment>(),
        Documents = StoredDocuments.None,
        Credentials = ModelCredentials.None,
        Apis = ServedApis.All,
    };

    public static ModelStatus Failed(ModelSpec model, string reason, string message) =>
        new() { Name = model.Name, Digest = model.Digest, State = ModelState.Failed, Reason = reason, Message = message };

    // Sixty-four hexadecimal digits that differ with the name.
    private static string Digest(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
