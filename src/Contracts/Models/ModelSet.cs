namespace Rerank.Contracts.Models;

/// <summary>Every model that a host shall hold. What is not in it is unloaded once no request uses it.</summary>
public sealed record ModelSet
{
    /// <summary>Rises with every change; a host refuses an older one. An equal one is accepted only with equal content.</summary>
    public required long Generation { get; init; }

    /// <summary>The owner, <c>namespace/name</c> of the pipeline; for logs and labels.</summary>
    public required string Pipeline { get; init; }

    public required IReadOnlyList<ModelSpec> Models { get; init; }

    /// <summary>What hosts have to take, beyond what they take anyway; null: nothing.</summary>
    public HostLimits? Limits { get; init; }

    /// <summary>Secrets for artifact sources, by <see cref="ModelSpec.Name"/>. Only ever pushed: never in a ConfigMap, a log or a status.</summary>
    public IReadOnlyDictionary<string, SourceCredential>? Credentials { get; init; }
}
