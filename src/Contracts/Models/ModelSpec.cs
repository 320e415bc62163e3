namespace Rerank.Contracts.Models;

/// <summary>One immutable cross-encoder: where its files are, what they hash to, and what it computes.</summary>
public sealed record ModelSpec
{
    /// <summary>Name of the ModelVersion; for people. Identity is <see cref="Digest"/>.</summary>
    public required string Name { get; init; }

    /// <summary><c>sha256:HEX</c> over files, contract and runtime: two models with one digest give the same scores on the same execution provider.</summary>
    public required string Digest { get; init; }

    /// <summary>Whether the host is ready only when this model is. A candidate isn't required: its failure must not take stable down.</summary>
    public bool Required { get; init; }

    public required ModelSource Source { get; init; }

    /// <summary>Every file of the model. Each is verified before it is loaded.</summary>
    public required IReadOnlyList<ModelFile> Files { get; init; }

    public required ModelContract Contract { get; init; }

    public ModelRuntime Runtime { get; set; } = new();

    /// <summary>Path of the file with pairs and expected logits (<c>golden.json</c>); null: no self-test.</summary>
    public string? GoldenPath { get; init; }
}
