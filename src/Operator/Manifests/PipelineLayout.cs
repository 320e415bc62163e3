using Rerank.Operator.Names;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Manifests;

/// <summary>What shall run for a pipeline: the input of every manifest.</summary>
internal sealed record PipelineLayout
{
    public required PipelineOwner Owner { get; init; }

    public required RouterLayout Router { get; init; }

    public required IReadOnlyList<PoolLayout> Pools { get; init; }

    /// <summary>Time that a pod gets to finish its requests.</summary>
    public required int GracePeriodSeconds { get; init; }
}

internal sealed record RouterLayout
{
    public required int Replicas { get; init; }

    public required string Image { get; init; }

    /// <summary>A <see cref="PodFormat"/>.</summary>
    public required int Format { get; init; }

    /// <summary>Whether there is a table to route by. Without one no router is ready, whichever pod template it has.</summary>
    public required bool HasTable { get; init; }

    public ResourcesSnapshot? Resources { get; init; }

    public SchedulingSnapshot? Scheduling { get; init; }

    /// <summary>Hosts beside the router in each of its pods, by tier.</summary>
    public required IReadOnlyList<HostLayout> Sidecars { get; init; }
}

/// <param name="Replicas">Pods to ask for now; with an autoscaler what it last chose.</param>
/// <param name="Min">Fewest pods.</param>
/// <param name="Max">Most pods; more than <paramref name="Min"/> only where an autoscaler can be made.</param>
internal sealed record PoolLayout(PoolId Id, HostLayout Host, int Replicas, int Min, int Max)
{
    public string Component => Id.Component;

    public bool IsAutoscaled => Max > Min;

    /// <summary>Fewest pods that an autoscaler may choose: <see cref="Min"/>, or as many as those have whose requests it may have to take at any moment.</summary>
    public int Least { get; init; } = Min;

    /// <summary>How much CPU its pods use on average before there are more of them; null: it is a share of what the user has them ask for.</summary>
    public string? CpuOfPod { get; init; }
}

internal sealed record HostLayout
{
    public required string Tier { get; init; }

    public required string Image { get; init; }

    /// <summary>A <see cref="PodFormat"/>; of a sidecar its router's counts.</summary>
    public required int Format { get; init; }

    public GpuSnapshot? Gpu { get; init; }

    public ResourcesSnapshot? Resources { get; init; }

    public SchedulingSnapshot? Scheduling { get; init; }

    /// <summary>PersistentVolumeClaims with models.</summary>
    public IReadOnlyList<string> Claims { get; init; } = [];
}
