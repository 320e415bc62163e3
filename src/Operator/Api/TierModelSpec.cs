using k8s.Models;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

[ValidationRule("has(self.replicas) == (self.placement == 'Pool')", fieldPath: ".replicas", message: "must be set when `placement` is \"Pool\", and only then")]
[ValidationRule("!has(self.gpu) || self.placement == 'Pool'", fieldPath: ".gpu", message: "may not be specified when `placement` is \"Sidecar\"")]
[ValidationRule("!has(self.scheduling) || self.placement == 'Pool'", fieldPath: ".scheduling", message: "may not be specified when `placement` is \"Sidecar\": a sidecar runs where the router runs")]
internal sealed class TierModelSpec
{
    /// <summary>The ModelVersion that scores, in the same namespace.</summary>
    [Required]
    public ModelVersionRef ModelVersionRef { get; set; } = new();

    /// <summary>`Sidecar`: in every router pod, for small models on CPU. `Pool`: in pods of its own, for large models and GPUs.</summary>
    [Required]
    public Placement Placement { get; set; }

    /// <summary>How many pods a `Pool` has.</summary>
    public ReplicasSpec? Replicas { get; set; }

    /// <summary>GPUs of each pod. Absent: none.</summary>
    public GpuSpec? Gpu { get; set; }

    /// <summary>Compute resources of a host container.</summary>
    public ResourcesSpec? Resources { get; set; }

    /// <summary>Where the pods of a `Pool` run.</summary>
    public SchedulingSpec? Scheduling { get; set; }
}

internal enum Placement
{
    Sidecar,
    Pool,
}

internal sealed class ModelVersionRef
{
    /// <summary>Name of the ModelVersion.</summary>
    [Required]
    [Length(1, 253)]
    [Pattern(Patterns.Subdomain)]
    public string Name { get; set; } = "";
}

[ValidationRule("self.min <= self.max", message: "must have `min` not larger than `max`")]
internal sealed class ReplicasSpec
{
    /// <summary>Fewest pods.</summary>
    [Required]
    [RangeMinimum(1)]
    [RangeMaximum(1000)]
    public int Min { get; set; } = 1;

    /// <summary>Most pods. When it is larger than `min`, a HorizontalPodAutoscaler chooses by CPU use.</summary>
    [Required]
    [RangeMinimum(1)]
    [RangeMaximum(1000)]
    public int Max { get; set; } = 1;
}

internal sealed class GpuSpec
{
    /// <summary>Name under which nodes offer the GPU.</summary>
    [DefaultValue("nvidia.com/gpu")]
    [Length(1, 253)]
    [Pattern(Patterns.ExtendedResource)]
    public string ResourceName { get; set; } = "nvidia.com/gpu";

    /// <summary>GPUs of each pod.</summary>
    [DefaultValue(1)]
    [RangeMinimum(1)]
    [RangeMaximum(16)]
    public int Count { get; set; } = 1;
}

internal sealed class ResourcesSpec
{
    /// <summary>What the container is guaranteed, such as `cpu: 500m`.</summary>
    [PropertyLimits(0, 3)]
    [ValidationRule("self.all(k, k in ['cpu', 'memory', 'ephemeral-storage'])", message: "must only have `cpu`, `memory` and `ephemeral-storage`: GPUs are set by `gpu`")]
    public Dictionary<string, ResourceQuantity>? Requests { get; set; }

    /// <summary>What the container may use at most.</summary>
    [PropertyLimits(0, 3)]
    [ValidationRule("self.all(k, k in ['cpu', 'memory', 'ephemeral-storage'])", message: "must only have `cpu`, `memory` and `ephemeral-storage`: GPUs are set by `gpu`")]
    public Dictionary<string, ResourceQuantity>? Limits { get; set; }
}
