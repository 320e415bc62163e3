using System.Text.Json.Serialization;

namespace Rerank.Contracts.Models;

/// <summary>What the model computes.</summary>
public sealed record ModelContract
{
    public const string DefaultTokenizerFile = "tokenizer.json";

    public string ModelFile { get; set; } = "model.onnx";

    public string TokenizerFile { get; set; } = DefaultTokenizerFile;

    /// <summary>Tokens of query, passage and special tokens together.</summary>
    public required int MaxInputTokens { get; init; }

    public Truncation Truncation { get; set; } = Truncation.LongestFirst;

    public Activation Activation { get; set; } = Activation.Sigmoid;

    /// <remarks>Left out of JSON when it is the default, so that hosts from before it understand what they are sent.</remarks>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SpecialTokensInText SpecialTokensInText { get; set; } = SpecialTokensInText.PlainText;
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

/// <summary>What the text of a special token, such as <c>[SEP]</c>, is when it stands in a query or passage.</summary>
public enum SpecialTokensInText
{
    /// <summary>Text like any other: nobody can move the border between query and passage from inside a text.</summary>
    PlainText,

    /// <summary>The token itself, as the reference implementation has it.</summary>
    Parse,
}
