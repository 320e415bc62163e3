namespace Rerank.RerankerHost.Tokenization.Splitting;

/// <summary>One step of a pre-tokenizer: cuts a piece of text into smaller ones, and may change it.</summary>
internal abstract class Splitter
{
    /// <summary>Hands on the parts of a piece, in order.</summary>
    /// <param name="piece">Not empty.</param>
    /// <param name="atStart">Whether it begins where the whole text does.</param>
    /// <returns>False: no more pieces are wanted.</returns>
    public abstract bool Split(ReadOnlySpan<char> piece, bool atStart, in PieceChain next);
}
