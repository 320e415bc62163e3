using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Tokenization.Places;
using Rerank.RerankerHost.Tokenization.Reading;
using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>Reads Hugging Face's tokenizer.json. What it can't do exactly as the reference does is refused by name.</summary>
internal static class TokenizerFile
{
    private const int MaxBytes = 64 * 1024 * 1024;

    /// <exception cref="ModelLoadException">The file is missing or damaged, or asks for something that isn't supported.</exception>
    public static TextTokenizer Load(string path, SpecialTokensInText specialTokensInText = SpecialTokensInText.PlainText, int blockLength = NormalizedText.UsualBlock)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw new ModelLoadException(ModelFailure.UnsupportedTokenizer, $"{path} is larger than {MaxBytes} bytes");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(ModelFailure.FileNotFound, $"can't read {path}: {e.Message}", e);
        }

        return Parse(bytes, specialTokensInText, blockLength);
    }

    /// <exception cref="ModelLoadException">It is no such file, or asks for something that isn't supported.</exception>
    public static TextTokenizer Parse(ReadOnlyMemory<byte> json, SpecialTokensInText specialTokensInText = SpecialTokensInText.PlainText, int blockLength = NormalizedText.UsualBlock)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(new JsonPart("", document.RootElement), specialTokensInText, blockLength);
        }
        catch (JsonException e)
        {
            throw JsonPart.Unsupported($"is not JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // JsonElement's answer to strings that are no valid Unicode.
            throw JsonPart.Unsupported($"is not valid text: {e.Message}", e);
        }
    }

    private static TextTokenizer Read(JsonPart root, SpecialTokensInText specialTokensInText, int blockLength)
    {
        if (root.Find("truncation") is { } truncation && truncation.TextOr("direction", "Right") != "Right")
            throw truncation.Unsupported("direction", "only Right is supported");

        return ModelType(root["model"]) switch
        {
            "WordPiece" => ReadWordPiece(root, specialTokensInText, blockLength),
            "BPE" => ReadBytePair(root, specialTokensInText, blockLength),
            _ => ReadUnigram(root, specialTokensInText, blockLength),
        };
    }

    /// <summary>Files of before 2021 don't tell the model's type, and it is seen from what it has.</summary>
    private static string ModelType(JsonPart model)
    {
        if (model.Find("type") is null)
            return model.Find("merges") is not null ? "BPE" : model["vocab"].IsList ? "Unigram" : "WordPiece";
        model.ExpectType("WordPiece", "BPE", "Unigram");
        return model["type"].Text;
    }

    private static TextTokenizer ReadWordPiece(JsonPart root, SpecialTokensInText specialTokensInText, int blockLength)
    {
        var vocabulary = ReadVocabulary(root["model"]["vocab"]);
        var added = AddedTokenReader.Read(root, vocabulary, vocabulary.Count);
        var model = WordPieceReader.Read(root, vocabulary, [.. Searched(added, specialTokensInText)], blockLength);
        return Assemble(root, model, added, specialTokensInText, TextsOf(vocabulary, added, areBytes: false));
    }

    private static TextTokenizer ReadBytePair(JsonPart root, SpecialTokensInText specialTokensInText, int blockLength)
    {
        var vocabulary = ReadVocabulary(root["model"]["vocab"]);
        var added = AddedTokenReader.Read(root, vocabulary, vocabulary.Count);
        var normalizers = NormalizerReader.Read(root.Find("normalizer"));
        var splitters = SplitterReader.ReadByteLevel(root);
        var model = BytePairReader.Read(root["model"], vocabulary, Hidden(added, specialTokensInText));
        var normalized = AddedTokenReader.Search(Searched(added, specialTokensInText), normalized: true, normalizers.Apply, root);
        return Assemble(root, new NormalizedText(normalizers, normalized, new SplitText(splitters, new RememberingModel(model)), blockLength), added, specialTokensInText, TextsOf(vocabulary, added, areBytes: true));
    }

    private static TextTokenizer ReadUnigram(JsonPart root, SpecialTokensInText specialTokensInText, int blockLength)
    {
        var pieces = UnigramReader.ReadPieces(root["model"]);
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < pieces.Count; id++)
            vocabulary[pieces[id].Text] = id;
        var added = AddedTokenReader.Read(root, vocabulary, pieces.Count);
        var normalizers = NormalizerReader.Read(root.Find("normalizer"));
        var splitters = SplitterReader.ReadText(root);
        var model = UnigramReader.Read(root["model"], pieces, Hidden(added, specialTokensInText));
        var normalized = AddedTokenReader.Search(Searched(added, specialTokensInText), normalized: true, normalizers.Apply, root);
        return Assemble(root, new NormalizedText(normalizers, normalized, new SplitText(splitters, new RememberingModel(model)), blockLength), added, specialTokensInText, TextsOf(vocabulary, added, areBytes: false));
    }

    private static TextTokenizer Assemble(JsonPart root, ITextModel model, List<AddedToken> added, SpecialTokensInText specialTokensInText, TokenTexts texts)
    {
        var (single, pair) = PostProcessor.Read(root["post_processor"]);
        var raw = AddedTokenReader.Search(Searched(added, specialTokensInText), normalized: false, text => text, root);
        return new TextTokenizer(model, raw, single, pair, [.. added.Where(token => token.IsSpecial).Select(token => token.Content)], texts, PostProcessor.ReadTrim(root["post_processor"]));
    }

    private static TokenTexts TextsOf(Dictionary<string, int> vocabulary, List<AddedToken> added, bool areBytes) =>
        new(vocabulary.Select(token => (token.Value, token.Key)).Concat(added.Select(token => (token.Id, token.Content))), areBytes);

    private static IEnumerable<AddedToken> Searched(List<AddedToken> added, SpecialTokensInText specialTokensInText) =>
        added.Where(token => !token.IsSpecial || specialTokensInText == SpecialTokensInText.Parse);

    /// <summary>Special tokens must not come out of text by way of the model's vocabulary either.</summary>
    private static HashSet<string> Hidden(List<AddedToken> added, SpecialTokensInText specialTokensInText) =>
        specialTokensInText == SpecialTokensInText.Parse ? [] : [.. added.Where(token => token.IsSpecial).Select(token => token.Content)];

    private static Dictionary<string, int> ReadVocabulary(JsonPart vocab)
    {
        var all = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, part) in vocab.Members())
            all[name] = part.Integer(0, int.MaxValue - 1);
        return all;
    }
}
