using Rerank.Contracts.Models;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Tokenization;
using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Inference;

/// <summary>A loaded model. Safe to use from many threads; disposed once the last request that uses it is done.</summary>
internal interface ICrossEncoder : IDisposable
{
    /// <summary>The provider that runs it.</summary>
    ExecutionProvider ExecutionProvider { get; }

    /// <summary>Why the providers before it in the model's list aren't used, in words; null: it is the first.</summary>
    string? PassedOver { get; }

    /// <summary>Where its scores come from, as <see cref="Contracts.Scoring.ScoreApi.ScoredByHeader"/> tells routers.</summary>
    string ScoredBy { get; }

    /// <summary>What its last layer computes; never <see cref="LastLayer.Auto"/>.</summary>
    LastLayer LastLayer { get; }

    /// <summary>Makes its texts tokens.</summary>
    TextTokenizer Tokenizer { get; }

    /// <summary>Tokens of query, passage and special tokens together.</summary>
    int MaxInputTokens { get; }

    Activation Activation { get; }

    /// <summary>Tokens that run together at most, as found to be fastest on this machine; null: pairs run one by one.</summary>
    int? BatchTokens { get; }

    /// <summary>Whether it computes with activations quantised at run time.</summary>
    bool IsDynamicallyQuantized { get; }

    /// <summary>Tokens that all workers together read in a second, as of late.</summary>
    double TokensPerSecond { get; }

    /// <summary>Scores every passage against its query. All of it is one request: it waits, ends and is refused as a whole.</summary>
    /// <returns>For every query one entry per passage, in their order; every logit is finite.</returns>
    /// <exception cref="QueueFullException">There's more work than may wait.</exception>
    /// <exception cref="ModelFailedException">ONNX Runtime failed, or a logit isn't finite.</exception>
    /// <exception cref="InputTooLongException">A pair is too long and <see cref="PairOptions.Truncate"/> is off.</exception>
    Task<PairScore[][]> ScoreAsync(IReadOnlyList<QueryPassages> queries, PairOptions options, CancellationToken cancellationToken);
}

/// <summary>A query and the passages that are scored against it.</summary>
internal readonly record struct QueryPassages(string Query, IReadOnlyList<string> Passages)
{
    /// <summary>How whoever asks counts passages, for errors; null: as they are here.</summary>
    public Func<int, int>? PlaceOf { get; init; }
}

internal static class CrossEncoderExtensions
{
    /// <summary>Scores every passage against one query.</summary>
    /// <returns>One entry per passage, in their order.</returns>
    public static async Task<PairScore[]> ScoreAsync(
        this ICrossEncoder encoder, string query, IReadOnlyList<string> passages, PairOptions options, CancellationToken cancellationToken) =>
        (await encoder.ScoreAsync([new QueryPassages(query, passages)], options, cancellationToken))[0];
}

/// <param name="MaxTokensPerPassage">Cap on a passage's own tokens; null: none but the model's.</param>
/// <param name="Truncate">Off: a pair that is too long is an error.</param>
/// <param name="MaxTokensPerQuery">Cap on the query's own tokens; null: none but the model's.</param>
/// <param name="MaxChunksPerPassage">In how many parts a passage that is too long is scored at most; the best part's score is the passage's.</param>
internal sealed record PairOptions(
    int? MaxTokensPerPassage = null, bool Truncate = true, int? MaxTokensPerQuery = null, int MaxChunksPerPassage = 1)
{
    /// <summary>Lower is earlier.</summary>
    public int Priority { get; init; }

    /// <summary>Until nobody waits for the answer any more.</summary>
    public TimeSpan TimeLeft { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Told of bytes that the request's texts take beside its body, before they take them; refuses by an exception what there is no room for. Null: nobody counts.</summary>
    public Action<long>? HoldMemory { get; init; }

    /// <summary>Whether it is the host's own question, as of a self-test: nobody's, so that it is asked whatever waits.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Where to say how long it took; null: nowhere.</summary>
    public ScoreTimings? Timings { get; init; }
}

/// <summary>What the time of a request went into. With several queries these are the times of the one that took longest.</summary>
internal sealed class ScoreTimings
{
    public TimeSpan Tokenization { get; private set; }

    /// <summary>Time in which no part of it ran, since others' work did.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Time in which some of it ran.</summary>
    public TimeSpan Inference { get; private set; }

    public void Set(TimeSpan tokenization, TimeSpan waited, TimeSpan inference) => (Tokenization, Waited, Inference) = (tokenization, waited, inference);
}

/// <param name="Logit">Raw, finite.</param>
/// <param name="Tokens">Tokens that the model was fed, special tokens included; those of all parts of a passage together.</param>
/// <param name="Truncated">Whether query or passage was cut.</param>
/// <param name="TotalTokens">Tokens of the whole query and passage with special tokens.</param>
internal readonly record struct PairScore(float Logit, int Tokens, bool Truncated, int TotalTokens);

/// <summary>The model can't answer: an error of its own, not of the request.</summary>
internal sealed class ModelFailedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether it gave a logit that isn't finite: then it is the model, and not what runs it.</summary>
    public bool InvalidScores { get; init; }
}

/// <summary>A pair doesn't fit into the model. The request's fault.</summary>
/// <param name="index">Of the passage that it is about; null: the query.</param>
/// <param name="describe">What is wrong, of a passage of such a place.</param>
internal sealed class InputTooLongException(int? index, Func<int, string> describe, Exception? inner = null) : Exception(describe(index ?? 0), inner)
{
    public int? Index => index;

    /// <summary>For a caller to whom the passage has another place, since this was a part of its request.</summary>
    public InputTooLongException At(int place) => new(place, describe, this);

    /// <param name="index">Of a passage; null: the query.</param>
    public static InputTooLongException Unbroken(int? index, PieceTooLongException cause) =>
        new(index, place => $"{(index is null ? "the query" : $"passage {place}")} has {cause.Message}", cause);

    public static InputTooLongException TruncationOff(int index, int tokens, int maxTokens) =>
        new(index, place => $"query and passage {place} take {tokens} tokens together, more than the {maxTokens} that the model reads, and truncation is off");

    /// <summary>With <see cref="Contracts.Models.Truncation.OnlySecond"/>, where the query is never cut.</summary>
    public static InputTooLongException NoRoomForPassage(int index, int queryTokens, int maxTokens) =>
        new(index, place => $"the query's {queryTokens} tokens leave no room for passage {place} in the {maxTokens} that the model reads, and only passages are cut");
}
