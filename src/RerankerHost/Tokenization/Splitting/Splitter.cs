using Rerank.RerankerHost.Tokenization.Places;

namespace Rerank.RerankerHost.Tokenization.Splitting;

/// <summary>One step of a pre-tokenizer: cuts a piece of text into smaller ones, and may change it.</summary>
internal abstract class Splitter
{
    /// <summary>Hands on the parts of a piece, in order.</summary>
    /// <param name="piece">Not empty.</param>
    /// <param name="start">What stands before the piece.</param>
    /// <param name="place">Where it stands.</param>
    /// <returns>False: no more pieces are wanted.</returns>
    public abstract bool Split(ReadOnlySpan<char> piece, TextStart start, PiecePlace place, in PieceChain next);

    /// <summary>As <see cref="ITextModel.LastCut"/>: a place where it cuts.</summary>
    public abstract int LastCut(ReadOnlySpan<char> text);
}
