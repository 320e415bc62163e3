namespace Rerank.Contracts.Models;

/// <summary>What the model computes.</summary>
public sealed record ModelContract
{
    public string ModelFile { get; set; } = "model.onnx";

    public string TokenizerFile { get; set; } = "tokenizer.json";

    /// <summary>Tokens of query, passage and special tokens together.</summary>
    public required int MaxInputTokens { get; init; }

    public Truncation Truncation { get; set; } = Truncation.LongestFirst;

    public Activation Activation { get; set; } = Activation.Sigmoid;
}

public enum Truncation
{
    /// <summary>One token at a time off the longer of query and passage.</summary>
    LongestFirst,

    /// <summary>Only the passage is shortened.</summary>
    OnlySecond,
}

/// <summary>From raw logit to relevance score. Documents are always ordered by raw logit.</summary>
public enum Activation
{
    Sigmoid,
    Identity,
}
