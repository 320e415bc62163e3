using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tokenization;
using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Inference;

/// <summary>Turns a request's texts into the tokens that the model is fed.</summary>
internal sealed class PairEncoder(TextTokenizer tokenizer, int maxTokens, Truncation truncation)
{
    // What is kept of a pair until it is scored, here and in the queue.
    private const long BytesPerPair = 128;
    private const int UncountedPairs = 256;

    private readonly int _specialTokens = tokenizer.Pair.PairTokens;

    /// <summary>On the calling thread, all at once.</summary>
    /// <exception cref="InputTooLongException">A pair doesn't fit and mustn't be cut so far.</exception>
    public EncodedPairs Encode(string query, IReadOnlyList<string> passages, PairOptions options, CancellationToken cancellationToken) =>
        EncodeAsync(query, passages, options, TimeSpan.MaxValue, cancellationToken).GetAwaiter().GetResult();

    /// <summary>On threads of the pool, with others' work in between where it takes long.</summary>
    /// <exception cref="InputTooLongException">A pair doesn't fit and mustn't be cut so far.</exception>
    public Task<EncodedPairs> EncodeAsync(string query, IReadOnlyList<string> passages, PairOptions options, CancellationToken cancellationToken) =>
        EncodeAsync(query, passages, options, ThreadSlice.Usual, cancellationToken);

    private async Task<EncodedPairs> EncodeAsync(string query, IReadOnlyList<string> passages, PairOptions options, TimeSpan slice, CancellationToken cancellationToken)
    {
        var tokens = new TokenBuffer(options.HoldMemory, cancellationToken);
        try
        {
            return await EncodeAsync(query, passages, options, tokens, slice, cancellationToken);
        }
        catch
        {
            tokens.Dispose();
            throw;
        }
    }

    private async ValueTask<EncodedPairs> EncodeAsync(
        string query, IReadOnlyList<string> passages, PairOptions options, TokenBuffer tokens, TimeSpan slice, CancellationToken cancellationToken)
    {
        var turn = new ThreadSlice(slice);

        // No more of a text is read than the model can, or its parts can together; the rest is only counted.
        tokens.Keep(Math.Min(options.MaxTokensPerQuery ?? int.MaxValue, maxTokens));
        var mostOfPassage = (int)Math.Min(options.MaxTokensPerPassage ?? int.MaxValue, (long)maxTokens * Math.Max(1, options.MaxChunksPerPassage));
        var queryText = new TextTokens(Tokenize(null, query, tokens), options.MaxTokensPerQuery);
        tokens.Truncate(Math.Min(queryText.Wanted, maxTokens));

        var places = new int[passages.Count];
        var known = new Dictionary<string, int>(passages.Count, StringComparer.Ordinal);
        var encoded = new List<EncodedPassage>(passages.Count);
        var pairs = new List<EncodedPair>(passages.Count);
        for (var i = 0; i < passages.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await turn.PassAsync();
            if (known.TryGetValue(passages[i], out places[i]))
                continue;
            places[i] = encoded.Count;
            known.Add(passages[i], encoded.Count);

            var start = tokens.Count;
            tokens.Keep(mostOfPassage);
            var passageText = new TextTokens(Tokenize(i, passages[i], tokens), options.MaxTokensPerPassage);
            var windows = Fit(i, queryText, passageText, options);
            tokens.Truncate(start + windows.Passage);
            var counted = Math.Max(pairs.Count, UncountedPairs);
            if (pairs.Count + windows.Count > counted)
                options.HoldMemory?.Invoke((pairs.Count + windows.Count - counted) * BytesPerPair);
            encoded.Add(AddPairs(pairs, start, windows) with
            {
                TotalTokens = queryText.Total + passageText.Total + _specialTokens,
                Truncated = windows.Query < queryText.Total || windows.Passage < passageText.Total,
            });
        }

        return new EncodedPairs(tokenizer.Pair, tokens, pairs, encoded, places);
    }

    /// <summary>Appends all of a text, though much may be cut off: the answer tells how long it is.</summary>
    private int Tokenize(int? index, string text, TokenBuffer tokens)
    {
        try
        {
            return tokenizer.Tokenize(text, tokens, int.MaxValue);
        }
        catch (PieceTooLongException e)
        {
            throw InputTooLongException.Unbroken(index, e);
        }
    }

    private PassageWindows Fit(int index, TextTokens query, TextTokens passage, PairOptions options)
    {
        if (PassageWindows.Fit(query.Wanted, passage.Wanted, maxTokens, _specialTokens, truncation, options.MaxChunksPerPassage) is not { } windows)
        {
            throw options.Truncate
                ? InputTooLongException.NoRoomForPassage(index, query.Wanted, maxTokens)
                : InputTooLongException.TruncationOff(index, query.Wanted + passage.Wanted + _specialTokens, maxTokens);
        }

        return options.Truncate || (windows.Query == query.Wanted && windows.Passage == passage.Wanted)
            ? windows
            : throw InputTooLongException.TruncationOff(index, query.Wanted + passage.Wanted + _specialTokens, maxTokens);
    }

    private EncodedPassage AddPairs(List<EncodedPair> pairs, int start, PassageWindows windows)
    {
        var first = pairs.Count;
        var fed = 0;
        for (var i = 0; i < windows.Count; i++)
        {
            var length = Math.Min(windows.Window, windows.Passage - (i * windows.Window));
            var pair = new EncodedPair(start + (i * windows.Window), windows.Query, length, windows.Query + length + _specialTokens);
            pairs.Add(pair);
            fed += pair.Length;
        }

        return new EncodedPassage(first, windows.Count, fed);
    }

    /// <param name="Total">Tokens of the whole text.</param>
    /// <param name="Cap">Of the request.</param>
    private readonly record struct TextTokens(int Total, int? Cap)
    {
        public int Wanted => Math.Min(Total, Cap ?? int.MaxValue);
    }
}

/// <param name="PassageStart">Where the passage's tokens begin.</param>
/// <param name="Query">Tokens of the query that are left.</param>
/// <param name="Passage">Tokens of the passage, or of one part of it.</param>
/// <param name="Length">With special tokens.</param>
internal readonly record struct EncodedPair(int PassageStart, int Query, int Passage, int Length)
{
    /// <summary>Of its tokens.</summary>
    public int Hash { get; init; }
}

/// <summary>A passage as the pairs that are scored for it, which follow each other.</summary>
/// <param name="Tokens">Of all of them.</param>
internal readonly record struct EncodedPassage(int FirstPair, int Pairs, int Tokens)
{
    /// <summary>Of the whole query and passage, with special tokens.</summary>
    public int TotalTokens { get; init; }

    public bool Truncated { get; init; }
}
