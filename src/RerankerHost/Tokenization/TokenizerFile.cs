using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>Reads Hugging Face's tokenizer.json. What it can't do exactly as the reference does is refused by name.</summary>
internal static class TokenizerFile
{
    private const int MaxBytes = 64 * 1024 * 1024;
    private const int MaxWordCharacters = 10_000;
    private const string ContinuationPrefix = "##";

    /// <exception cref="ModelLoadException">The file is missing or damaged, or asks for something that isn't supported.</exception>
    public static TextTokenizer Load(string path, LiteralMarkers literalMarkers = LiteralMarkers.PlainText)
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

        return Parse(bytes, literalMarkers);
    }

    /// <exception cref="ModelLoadException">The content is damaged, or asks for something that isn't supported.</exception>
    public static TextTokenizer Parse(ReadOnlyMemory<byte> json, LiteralMarkers literalMarkers = LiteralMarkers.PlainText)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(new JsonPart("", document.RootElement), literalMarkers);
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

    private static TextTokenizer Read(JsonPart root, LiteralMarkers literalMarkers)
    {
        if (root.Find("truncation") is { } truncation && truncation.TextOr("direction", "Right") != "Right")
            throw truncation.Unsupported("direction", "only Right is supported");

        root["pre_tokenizer"].ExpectType("BertPreTokenizer");
        var model = root["model"];
        model.ExpectType("WordPiece");
        var prefix = model["continuing_subword_prefix"].Text;
        if (prefix != ContinuationPrefix)
            throw model.Unsupported("continuing_subword_prefix", $"only {ContinuationPrefix} is supported");

        var vocabulary = ReadVocabulary(model["vocab"]);
        var unknown = model["unk_token"].Text;
        if (!vocabulary.TryGetValue(unknown, out var unknownId))
            throw model.Unsupported("unk_token", $"{unknown} is not in the vocabulary");

        var (single, pair) = PostProcessor.Read(root["post_processor"]);
        var words = new WordPieceTokenizer(
            CharacterMap.For(ReadNormalization(root["normalizer"])),
            MakeVocabulary(model, vocabulary),
            unknownId,
            model["max_input_chars_per_word"].Integer(1, MaxWordCharacters));
        return new TextTokenizer(words, single, pair, ReadMarkers(root), literalMarkers);
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

    private static Dictionary<string, int> ReadVocabulary(JsonPart vocab)
    {
        var all = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, part) in vocab.Members())
            all[name] = part.Integer(0, int.MaxValue - 1);
        return all;
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

    /// <summary>Tokens that are only matched as a whole. Those that aren't special would have to be found in plain text.</summary>
    private static Dictionary<string, int> ReadMarkers(JsonPart root)
    {
        var all = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in root.Find("added_tokens")?.Items() ?? [])
        {
            var content = token["content"].Text;
            if (content.Length == 0)
                throw token.Unsupported("content", "is empty");
            if (!token["special"].Boolean)
                throw token.Unsupported("special", $"{content} is an added token that is not special");
            foreach (var option in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip", "normalized"])
            {
                if (token.Find(option) is { Boolean: true })
                    throw token.Unsupported(option, $"the option is not supported, and {content} has it");
            }

            all[content] = token["id"].Integer(0, int.MaxValue - 1);
        }

        return all;
    }
}
