using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Tokenization.Reading;

/// <summary>Reads a <c>model</c> of type BPE.</summary>
internal static class BytePairReader
{
    /// <param name="hidden">Tokens that no text becomes.</param>
    public static BytePairModel Read(JsonPart model, Dictionary<string, int> vocabulary, IReadOnlySet<string> hidden)
    {
        foreach (var name in (ReadOnlySpan<string>)["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model.TextOr(name, "") is { Length: > 0 } value)
                throw model.Unsupported(name, $"{value} is not supported, only null");
        }

        if (model.Find("dropout") is { Number: not 0 })
            throw model.Unsupported("dropout", "is not supported: tokens would be left to chance");
        if (model.Flag("byte_fallback"))
            throw model.Unsupported("byte_fallback", "true is not supported for a byte-level model");

        return new BytePairModel(new BytePairVocabulary
        {
            Bytes = [.. Enumerable.Range(0, 256).Select(value => vocabulary.GetValueOrDefault(ByteAlphabet.Of((byte)value).ToString(), BytePairVocabulary.None))],
            Merges = new MergeTable([.. ReadMerges(model["merges"], vocabulary)]),
            Unknown = ReadUnknown(model, vocabulary),
            FusesUnknown = model.Flag("fuse_unk"),
            Whole = model.Flag("ignore_merges")
                ? vocabulary.Where(token => !hidden.Contains(token.Key)).ToDictionary(StringComparer.Ordinal)
                : null,
        });
    }

    private static int ReadUnknown(JsonPart model, Dictionary<string, int> vocabulary)
    {
        if (model.Find("unk_token") is not { Text: var token })
            return BytePairVocabulary.None;
        return vocabulary.TryGetValue(token, out var id) ? id : throw model.Unsupported("unk_token", $"{token} is not in the vocabulary");
    }

    private static IEnumerable<(int Left, int Right, int Merged)> ReadMerges(JsonPart merges, Dictionary<string, int> vocabulary)
    {
        foreach (var merge in merges.Items())
        {
            var parts = merge.IsText ? merge.Text.Split(' ') : [.. merge.Items().Select(part => part.Text)];
            if (parts is ["#version:", ..])
                continue;
            if (parts.Length != 2)
                throw merge.Unsupported("", "must be two tokens");
            yield return (Id(parts[0]), Id(parts[1]), Id(parts[0] + parts[1]));

            int Id(string token) => vocabulary.TryGetValue(token, out var id) ? id : throw merge.Unsupported("", $"{token} is not in the vocabulary");
        }
    }
}
