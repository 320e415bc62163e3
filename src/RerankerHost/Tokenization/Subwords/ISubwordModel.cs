namespace Rerank.RerankerHost.Tokenization.Subwords;

/// <summary>Cuts one piece of text into tokens of a vocabulary. Safe to use from many threads.</summary>
internal interface ISubwordModel
{
    /// <summary>Appends the ids of a piece that isn't empty.</summary>
    /// <exception cref="PieceTooLongException">The piece is too long.</exception>
    void Tokenize(ReadOnlySpan<char> piece, TokenBuffer output);
}
