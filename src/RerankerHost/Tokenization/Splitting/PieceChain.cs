using Rerank.RerankerHost.Tokenization.Places;
using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Tokenization.Splitting;

/// <summary>What comes after a splitter: other splitters, and the model at the end. Stops once there are enough tokens.</summary>
internal readonly ref struct PieceChain(ReadOnlySpan<Splitter> splitters, ISubwordModel model, TokenBuffer output, int end)
{
    private readonly ReadOnlySpan<Splitter> _splitters = splitters;

    /// <param name="place">Where the piece stands in the text that is split.</param>
    /// <returns>False: no more pieces are wanted.</returns>
    public bool Accept(ReadOnlySpan<char> piece, TextStart start, PiecePlace place)
    {
        if (piece.IsEmpty)
            return true;
        if (!_splitters.IsEmpty)
            return _splitters[0].Split(piece, start, place, new PieceChain(_splitters[1..], model, output, end));
        var before = output.Count;
        model.Tokenize(piece, output);
        output.Places?.AddPiece(piece, place, output[before..output.Count]);
        return output.Count < end;
    }
}
