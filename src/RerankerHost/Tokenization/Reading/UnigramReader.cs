using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Tokenization.Reading;

/// <summary>Reads a <c>model</c> of type Unigram.</summary>
internal static class UnigramReader
{
    public static List<(string Text, double Score)> ReadPieces(JsonPart model)
    {
        var pieces = new List<(string, double)>();
        foreach (var piece in model["vocab"].Items())
        {
            var parts = piece.Items().ToArray();
            if (parts.Length != 2)
                throw piece.Unsupported("", "must be a text and its score");
            pieces.Add((parts[0].Text, parts[1].Number));
        }

        return pieces.Count > 0 ? pieces : throw model.Unsupported("vocab", "is empty");
    }

    /// <param name="hidden">Pieces that no text is cut into.</param>
    public static UnigramModel Read(JsonPart model, List<(string Text, double Score)> pieces, IReadOnlySet<string> hidden) =>
        new(new UnigramVocabulary(pieces, model["unk_id"].Integer(0, pieces.Count - 1), model.Flag("byte_fallback"), hidden));
}
