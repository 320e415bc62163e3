using Rerank.RerankerHost.Tokenization.Normalization;

namespace Rerank.RerankerHost.Tokenization.Reading;

/// <summary>Reads a <c>model</c> of type WordPiece with the normalizer and pre-tokenizer of BERT.</summary>
internal static class WordPieceReader
{
    private const int MaxWordCharacters = 10_000;
    private const string ContinuationPrefix = "##";

    /// <param name="added">The added tokens that are looked for.</param>
    public static ITextModel Read(JsonPart root, Dictionary<string, int> vocabulary, IReadOnlyCollection<AddedToken> added, int blockLength)
    {
        var normalization = ReadNormalization(root["normalizer"]);
        if (!added.Any(token => token.IsNormalized))
            return ReadModel(root, vocabulary, normalization);

        var normalizers = BertNormalizer.Chain(normalization);
        var model = ReadModel(root, vocabulary, default);
        return new NormalizedText(normalizers, AddedTokenReader.Search(added, normalized: true, normalizers.Apply, root), model, blockLength);
    }

    /// <param name="normalization">What the model does itself.</param>
    private static WordPieceTokenizer ReadModel(JsonPart root, Dictionary<string, int> vocabulary, BertNormalization normalization)
    {
        root["pre_tokenizer"].ExpectType("BertPreTokenizer");
        var model = root["model"];
        var prefix = model["continuing_subword_prefix"].Text;
        if (prefix != ContinuationPrefix)
            throw model.Unsupported("continuing_subword_prefix", $"{prefix} is not supported, only {ContinuationPrefix}");
        var unknown = model["unk_token"].Text;
        if (!vocabulary.TryGetValue(unknown, out var unknownId))
            throw model.Unsupported("unk_token", $"{unknown} is not in the vocabulary");
        return new WordPieceTokenizer(
            CharacterMap.For(normalization),
            MakeVocabulary(model, vocabulary),
            unknownId,
            model["max_input_chars_per_word"].Integer(1, MaxWordCharacters));
    }

    private static BertNormalization ReadNormalization(JsonPart normalizer)
    {
        normalizer.ExpectType("BertNormalizer");
        var lowercase = normalizer["lowercase"].Boolean;
        return new BertNormalization(
            normalizer["clean_text"].Boolean,
            normalizer["handle_chinese_chars"].Boolean,
            normalizer.Find("strip_accents")?.Boolean ?? lowercase,
            lowercase);
    }

    private static WordPieceVocabulary MakeVocabulary(JsonPart model, Dictionary<string, int> vocabulary)
    {
        try
        {
            return new WordPieceVocabulary([.. vocabulary.Select(token => token.Key.StartsWith(ContinuationPrefix, StringComparison.Ordinal)
                ? (token.Key[ContinuationPrefix.Length..], true, token.Value)
                : (token.Key, false, token.Value))]);
        }
        catch (ArgumentException e)
        {
            throw model.Unsupported("vocab", e.Message);
        }
    }
}
