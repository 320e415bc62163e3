using k8s.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Models;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>The revision that a spec asks for, or why there is none. Exactly one of the two is set.</summary>
internal sealed record DesiredRevision
{
    /// <summary>The places that matter when neither the request nor the spec says.</summary>
    private const int DefaultTopK = 10;

    public RevisionSnapshot? Snapshot { get; private init; }

    public Problem? Problem { get; private init; }

    /// <param name="models">The ModelVersions of the pipeline's namespace by name.</param>
    public static DesiredRevision Of(RerankPipeline pipeline, Func<string, ModelVersion?> models)
    {
        var tiers = new List<TierSnapshot>(pipeline.Spec.Tiers.Count);
        foreach (var tier in pipeline.Spec.Tiers)
        {
            ModelVersion? model = null;
            if (tier.Model is { } spec)
            {
                model = models(spec.ModelVersionRef.Name);
                if (model is null)
                    return Failed(Reasons.ModelNotFound, NotFound(pipeline, tier, spec.ModelVersionRef.Name));
                if (ModelProblem.Of(model) is { } problem)
                    return Failed(Reasons.ModelInvalid, Invalid(tier, model.Name(), problem));
            }

            tiers.Add(Tier(tier, model));
        }

        return new() { Snapshot = new() { Policy = Policy(pipeline.Spec.Router), Tiers = tiers } };
    }

    /// <summary>The same with an engine; still none where there is none.</summary>
    public DesiredRevision With(RevisionSnapshot? snapshot) => Snapshot is null ? this : this with { Snapshot = snapshot };

    public static DesiredRevision Failed(string reason, string message) => new() { Problem = new(reason, message) };

    private static string NotFound(RerankPipeline pipeline, TierSpec tier, string model) =>
        $"ModelVersion \"{model}\" of tier \"{tier.Name}\" does not exist in namespace \"{pipeline.Namespace()}\". Create it, or correct `modelVersionRef`.";

    private static string Invalid(TierSpec tier, string model, string problem) =>
        $"ModelVersion \"{model}\" of tier \"{tier.Name}\" is not valid: {problem}. Create another one and refer to that.";

    private static RouterPolicy Policy(RouterSpec router) => new()
    {
        RequestTimeoutMilliseconds = router.RequestTimeoutMilliseconds,
        FailurePolicy = router.FailurePolicy,
        Limits = new() { MaxBodyBytes = router.Limits.MaxBodyBytes, MaxDocuments = router.Limits.MaxDocuments },
    };

    private static TierSnapshot Tier(TierSpec tier, ModelVersion? model) => new()
    {
        Name = tier.Name,
        Cache = tier.Cache is { } cache ? new(Quantities.Bytes(cache.Memory), cache.TtlSeconds) : null,
        Model = tier.Model is { } spec && model is not null ? Model(tier, spec, model) : null,
    };

    private static ModelTierSnapshot Model(TierSpec tier, TierModelSpec spec, ModelVersion model) => new()
    {
        Model = ModelSpecs.Of(model),
        Placement = spec.Placement,
        Escalation = tier.Escalation is { } e ? Escalation(e) : null,
        Credential = ModelSpecs.Credential(model),
        Claim = model.Spec.Artifact.Source.PersistentVolumeClaim?.ClaimName,
        Replicas = spec.Replicas is { } replicas ? new(replicas.Min, replicas.Max) : null,
        Gpu = spec.Gpu is { } gpu ? new(gpu.ResourceName, gpu.Count) : null,
        Resources = Resources(spec.Resources),
        Scheduling = Scheduling(spec.Scheduling),
    };

    private static Escalation Escalation(EscalationSpec spec) => new()
    {
        Type = spec.Type,
        MarginMilli = spec.MarginMilli,
        TopK = spec.Type == EscalationType.Margin ? spec.TopK ?? DefaultTopK : null,
    };

    public static ResourcesSnapshot? Resources(ResourcesSpec? spec)
    {
        return spec is { Requests.Count: > 0 } or { Limits.Count: > 0 } ? new(Sorted(spec.Requests), Sorted(spec.Limits)) : null;

        static SortedDictionary<string, string>? Sorted(Dictionary<string, ResourceQuantity>? quantities) =>
            quantities is { Count: > 0 } ? new(quantities.ToDictionary(q => q.Key, q => q.Value.ToString()), StringComparer.Ordinal) : null;
    }

    public static SchedulingSnapshot? Scheduling(SchedulingSpec? spec) => spec is null ? null : new()
    {
        NodeSelector = spec.NodeSelector is { Count: > 0 } selector ? new(selector, StringComparer.Ordinal) : null,
        Tolerations = spec.Tolerations is { Count: > 0 } tolerations
            ? [.. tolerations.Select(t => new TolerationSnapshot(t.Key, t.Operator, t.Value, t.Effect))]
            : null,
        PriorityClassName = spec.PriorityClassName,
        RuntimeClassName = spec.RuntimeClassName,
    };
}
