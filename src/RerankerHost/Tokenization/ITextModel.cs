namespace Rerank.RerankerHost.Tokenization;

/// <summary>From plain text to the ids of its tokens. Safe to use from many threads.</summary>
internal interface ITextModel
{
    /// <summary>Appends the ids of a text. Stops early, after the word that reaches it, when there are <paramref name="limit"/>.</summary>
    /// <returns>How many ids were appended; more than <paramref name="limit"/> only by the last word's.</returns>
    int Tokenize(ReadOnlySpan<char> text, TextStart start, TokenBuffer output, int limit);

    /// <summary>
    /// The last place inside a text at which it may be cut, whatever comes after the text: both parts by themselves give the ids that they give together, the second as <see cref="TextStart.Continued"/>.
    /// </summary>
    /// <returns>0: there is none.</returns>
    int LastCut(ReadOnlySpan<char> text);
}
