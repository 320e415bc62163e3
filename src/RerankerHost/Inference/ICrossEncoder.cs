using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Inference;

/// <summary>A loaded model. Safe to use from many threads; disposed once the last request that uses it is done.</summary>
internal interface ICrossEncoder : IDisposable
{
    /// <summary>The provider that runs it.</summary>
    ExecutionProvider ExecutionProvider { get; }

    /// <summary>Tokens of query, passage and special tokens together.</summary>
    int MaxInputTokens { get; }

    Activation Activation { get; }

    /// <summary>Scores every passage against the query.</summary>
    /// <returns>One entry per passage, in their order; every logit is finite.</returns>
    /// <exception cref="ModelFailedException">ONNX Runtime failed, or a logit isn't finite.</exception>
    /// <exception cref="InputTooLongException">A pair is too long and <see cref="PairOptions.Truncate"/> is off.</exception>
    Task<PairScore[]> ScoreAsync(string query, IReadOnlyList<string> passages, PairOptions options, CancellationToken cancellationToken);
}

/// <param name="MaxTokensPerPassage">Cap on a passage's own tokens; null: none but the model's.</param>
/// <param name="Truncate">Off: a pair that is too long is an error.</param>
/// <param name="MaxTokensPerQuery">Cap on the query's own tokens; null: none but the model's.</param>
/// <param name="MaxChunksPerPassage">In how many parts a passage that is too long is scored at most; the best part's score is the passage's.</param>
/// <param name="Timings">Where to say how long it took; null: nowhere.</param>
internal readonly record struct PairOptions(
    int? MaxTokensPerPassage = null, bool Truncate = true, int? MaxTokensPerQuery = null, int MaxChunksPerPassage = 1, ScoreTimings? Timings = null)
{
    public PairOptions()
        : this(null, true, null, 1, null)
    {
    }
}

/// <summary>What the time of one call went into.</summary>
internal sealed class ScoreTimings
{
    /// <summary>Time in which no part of it ran, since others' work did.</summary>
    public TimeSpan Waited { get; set; }
}

/// <param name="Logit">Raw, finite.</param>
/// <param name="Tokens">Tokens that the model was fed, special tokens included; those of all parts of a passage together.</param>
/// <param name="Truncated">Whether query or passage was cut.</param>
/// <param name="TotalTokens">Tokens of the whole query and passage with special tokens.</param>
internal readonly record struct PairScore(float Logit, int Tokens, bool Truncated, int TotalTokens);

/// <summary>The model can't answer: an error of its own, not of the request.</summary>
internal sealed class ModelFailedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A pair doesn't fit into the model. The request's fault.</summary>
internal sealed class InputTooLongException : Exception
{
    private InputTooLongException(int index, string message)
        : base(message) => Index = index;

    /// <summary>Place of the passage in the request.</summary>
    public int Index { get; }

    public static InputTooLongException TruncationOff(int index, int tokens, int maxTokens) =>
        new(index, $"query and passage {index} take {tokens} tokens together, more than the {maxTokens} that the model reads, and truncation is off");

    /// <summary>With <see cref="Contracts.Models.Truncation.OnlySecond"/>, where the query is never cut.</summary>
    public static InputTooLongException NoRoomForPassage(int index, int queryTokens, int maxTokens) =>
        new(index, $"the query's {queryTokens} tokens leave no room for passage {index} in the {maxTokens} that the model reads, and only passages are cut");
}
