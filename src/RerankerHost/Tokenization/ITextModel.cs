namespace Rerank.RerankerHost.Tokenization;

/// <summary>From plain text to the ids of its tokens. Safe to use from many threads.</summary>
internal interface ITextModel
{
    /// <summary>Appends the ids of a text. Stops early, after the word that reaches it, when there are <paramref name="limit"/>.</summary>
    /// <param name="atStart">Whether nothing stands before the text.</param>
    /// <returns>How many ids were appended; more than <paramref name="limit"/> only by the last word's.</returns>
    int Tokenize(ReadOnlySpan<char> text, bool atStart, TokenBuffer output, int limit);
}
