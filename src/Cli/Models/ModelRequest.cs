namespace Rerank.Cli.Models;

/// <summary>What is asked of a new ModelVersion besides its source. What is null is found out, or left to the CRD's default.</summary>
/// <param name="Namespace">Null: where whoever applies it is.</param>
internal sealed record ModelRequest(string Name, string? Namespace = null)
{
    public string? ModelFile { get; init; }

    public string? TokenizerFile { get; init; }

    public int? MaxInputTokens { get; init; }

    public string? Truncation { get; init; }

    public string? SpecialTokensInText { get; init; }

    public string? Activation { get; init; }

    public string? LastLayer { get; init; }

    public IReadOnlyList<string> ExecutionProviders { get; init; } = [];
}
