namespace Rerank.Contracts.Admin;

/// <summary>Body of every admin answer that is not 200.</summary>
public sealed record AdminError
{
    public required string Error { get; init; }

    /// <summary>With 409: the generation in force, which a caller has to exceed.</summary>
    public long? Generation { get; init; }
}
