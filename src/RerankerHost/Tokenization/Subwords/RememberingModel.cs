namespace Rerank.RerankerHost.Tokenization.Subwords;

/// <summary>Remembers what another model makes of words.</summary>
internal sealed class RememberingModel(ISubwordModel model) : ISubwordModel
{
    private readonly WordCache _cache = new();

    public void Tokenize(ReadOnlySpan<char> piece, TokenBuffer output)
    {
        if (_cache.TryGet(piece, out var known))
        {
            output.AddRange(known);
            return;
        }

        var start = output.Count;
        model.Tokenize(piece, output);
        if (output.Kept == output.Count)
            _cache.Remember(piece, output[start..output.Count]);
    }
}
