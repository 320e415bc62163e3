using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Tokenization.Splitting;

/// <summary>What comes after a splitter: other splitters, and the model at the end. Stops once there are enough tokens.</summary>
internal readonly ref struct PieceChain(ReadOnlySpan<Splitter> splitters, ISubwordModel model, TokenBuffer output, int end)
{
    private readonly ReadOnlySpan<Splitter> _splitters = splitters;

    /// <returns>False: no more pieces are wanted.</returns>
    public bool Accept(ReadOnlySpan<char> piece, TextStart start)
    {
        if (piece.IsEmpty)
            return true;
        if (!_splitters.IsEmpty)
            return _splitters[0].Split(piece, start, new PieceChain(_splitters[1..], model, output, end));
        model.Tokenize(piece, output);
        return output.Count < end;
    }
}
