using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Names;

namespace Rerank.Operator.Revisions;

/// <summary>
/// All that it takes to serve a revision: a stable revision goes on from this alone, whatever becomes of the spec and of the ModelVersions.
/// It is the data of a ControllerRevision, which can't change.
/// </summary>
internal sealed record RevisionSnapshot
{
    private const int HashBytes = 5;

    public required RouterPolicy Policy { get; init; }

    public required IReadOnlyList<TierSnapshot> Tiers { get; init; }

    /// <summary>
    /// What it runs on. Null: it was stored before engines were part of revisions. It is part of the hash and not of the data, which can't change: an operator that knows nothing of engines would write
    /// that without it, and be refused. <see cref="RevisionObject"/> keeps it in an annotation.
    /// </summary>
    [JsonIgnore]
    public EngineSnapshot? Engine { get; init; }

    /// <summary>
    /// What one without <see cref="Engine"/> was found to run on. That isn't part of its data and its hash; <see cref="RevisionObject"/> keeps it in an annotation.
    /// </summary>
    [JsonIgnore]
    public EngineSnapshot? AdoptedEngine { get; init; }

    /// <summary>Null when it isn't known, and is whatever pods are made with now.</summary>
    [JsonIgnore]
    public EngineSnapshot? RunsOn => Engine ?? AdoptedEngine;

    public IEnumerable<TierSnapshot> ModelTiers(Placement placement) => Tiers.Where(t => t.Model?.Placement == placement);

    public TierSnapshot? ModelTier(string name, Placement placement) => ModelTiers(placement).FirstOrDefault(t => t.Name == name);

    /// <summary>The pools that it uses.</summary>
    [JsonIgnore]
    public IEnumerable<PoolId> Pools => ModelTiers(Placement.Pool).Select(t => t.Pool);

    /// <summary>What of it is in a pool; null when nothing is.</summary>
    public ModelTierSnapshot? InPool(PoolId pool) => ModelTiers(Placement.Pool).FirstOrDefault(t => t.Pool == pool)?.Model;

    /// <summary>What the tier's pods show of it.</summary>
    public PodShape ShapeOf(ModelTierSnapshot model) =>
        new(model.Gpu, model.Claim, model.Resources, model.Scheduling, model.Gpu is null ? RunsOn?.Host : RunsOn?.HostCuda, RunsOn?.PodFormat);

    public RevisionSnapshot WithHomes(Func<TierSnapshot, string?> home) => this with
    {
        Tiers = [.. Tiers.Select(t => t.Model is { Placement: Placement.Pool } model ? t with { Model = model with { Home = home(t) } } : t)],
    };

    /// <summary>Ten hexadecimal digits over everything but the number of pods: scaling makes no revision.</summary>
    public string Hash()
    {
        var identity = this with { Tiers = [.. Tiers.Select(t => t with { Model = t.Model is null ? null : t.Model with { Replicas = null } })] };
        byte[] json =
        [
            .. JsonSerializer.SerializeToUtf8Bytes(identity, RevisionJson.Default.RevisionSnapshot),
            .. Engine is null ? [] : JsonSerializer.SerializeToUtf8Bytes(Engine, RevisionJson.Default.EngineSnapshot),
        ];
        return Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, HashBytes));
    }
}

internal sealed record TierSnapshot
{
    public required string Name { get; init; }

    public CacheTier? Cache { get; init; }

    public ModelTierSnapshot? Model { get; init; }

    /// <summary>Of a tier with placement Pool.</summary>
    [JsonIgnore]
    public PoolId Pool => new(Name, Model?.Home);
}

internal sealed record ModelTierSnapshot
{
    public required ModelSpec Model { get; init; }

    public required Placement Placement { get; init; }

    /// <summary>
    /// Which of the tier's pools. It isn't what the revision is but where, so that it isn't part of its data and its hash; <see cref="RevisionObject"/>
    /// keeps it in an annotation.
    /// </summary>
    [JsonIgnore]
    public string? Home { get; init; }

    public Escalation? Escalation { get; init; }

    /// <summary>Where the credential for the model's source is.</summary>
    public CredentialRef? Credential { get; init; }

    /// <summary>PersistentVolumeClaim that the model is on.</summary>
    public string? Claim { get; init; }

    public ReplicasSnapshot? Replicas { get; init; }

    public GpuSnapshot? Gpu { get; init; }

    public ResourcesSnapshot? Resources { get; init; }

    public SchedulingSnapshot? Scheduling { get; init; }
}

/// <summary>All that a tier's pods show of its revision. Revisions that agree in it can share pods without changing them.</summary>
/// <param name="Image">Of the host.</param>
/// <param name="Format">Of the pods.</param>
internal sealed record PodShape(GpuSnapshot? Gpu, string? Claim, ResourcesSnapshot? Resources, SchedulingSnapshot? Scheduling, string? Image, int? Format)
{
    public bool IsLike(PodShape other) => Text(this) == Text(other);

    // Records compare lists and dictionaries by reference.
    private static string Text(PodShape shape) => JsonSerializer.Serialize(shape, RevisionJson.Default.PodShape);
}

/// <param name="Key">Key of a token; null: the Secret has <c>token</c>, or <c>username</c> and <c>password</c>.</param>
internal sealed record CredentialRef(string Secret, string? Key);

internal sealed record ReplicasSnapshot(int Min, int Max);

internal sealed record GpuSnapshot(string ResourceName, int Count);

/// <summary>Quantities in their canonical form, by resource.</summary>
internal sealed record ResourcesSnapshot(SortedDictionary<string, string>? Requests, SortedDictionary<string, string>? Limits);

internal sealed record SchedulingSnapshot
{
    public SortedDictionary<string, string>? NodeSelector { get; init; }

    public IReadOnlyList<TolerationSnapshot>? Tolerations { get; init; }

    public string? PriorityClassName { get; init; }

    public string? RuntimeClassName { get; init; }
}

internal sealed record TolerationSnapshot(string? Key, TolerationOperator Operator, string? Value, TaintEffect? Effect);
