using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Tests.Tokenization;

public class TokenizerFileTests
{
    private const string Valid = """
        {
          "version": "1.0",
          "truncation": {"direction": "Right", "max_length": 512, "strategy": "LongestFirst", "stride": 0},
          "padding": null,
          "added_tokens": [
            {"id": 2, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
            {"id": 3, "content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}
          ],
          "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
          "pre_tokenizer": {"type": "BertPreTokenizer"},
          "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
          "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
          "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 10,
            "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "hel": 4, "##lo": 5, "hell": 6, "world": 7, "##o": 8, "!": 9, "é": 10}
          }
        }
        """;

    public static TheoryData<string, string, string> UnsupportedParts => new()
    {
        { "normalizer.type", "\"Lowercase\"", "normalizer.type: Lowercase" },
        { "normalizer", "null", "normalizer: is missing" },
        { "pre_tokenizer.type", "\"ByteLevel\"", "pre_tokenizer.type: ByteLevel" },
        { "model.type", "\"WordLevel\"", "model.type: WordLevel is not supported, only WordPiece, BPE, Unigram" },
        { "model.continuing_subword_prefix", "\"@@\"", "model.continuing_subword_prefix" },
        { "model.max_input_chars_per_word", "0", "model.max_input_chars_per_word" },
        { "model.unk_token", "\"<unk>\"", "model.unk_token: <unk>" },
        { "model.vocab.hel", "-1", "model.vocab" },
        { "model.vocab.hel", "2147483646", "out of range" },
        { "post_processor.type", "\"Other\"", "post_processor.type: Other" },
        { "post_processor", "null", "post_processor: is missing" },
        { "truncation.direction", "\"Left\"", "truncation.direction" },
        { "added_tokens.0.id", "7", "added_tokens[0].id: [CLS] has 7" },
        { "added_tokens.0", """{"id": 11, "content": "\u00ad", "special": false, "normalized": true}""", "added_tokens: nothing is left of" },
    };

    [Fact]
    public void Parse_BertProcessing_PutsSpecialTokensAround()
    {
        var tokenizer = TokenizerFile.Parse(Encoding.UTF8.GetBytes(Valid));

        var pair = tokenizer.Encode("Hello", "wörld HELLO worlds", 32, Truncation.LongestFirst)!.Value;

        Assert.Equal([2, 6, 8, 3, 7, 6, 8, 1, 3], pair.Ids);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 1], pair.Types);
        Assert.Equal([2, 7, 9, 3], tokenizer.Encode("world!", 32).Ids);
    }

    [Theory]
    [MemberData(nameof(UnsupportedParts))]
    public void Parse_UnsupportedPart_NamesIt(string path, string value, string expected)
    {
        var json = JsonNode.Parse(Valid)!;
        JsonEdits.Replace(json, path.Split('.'), JsonNode.Parse(value));

        var failure = Assert.Throws<ModelLoadException>(() => TokenizerFile.Parse(JsonSerializer.SerializeToUtf8Bytes(json)));

        Assert.Equal(ModelFailure.UnsupportedTokenizer, failure.Reason);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AnyPartReplaced_LoadsOrSaysWhy()
    {
        var replacements = new[] { "null", "-1", "1e300", "1.5", "\"\"", "\"x\"", "[]", "{}", "[[]]", "true", "{\"type\":\"x\"}", "\"\\ud800\"" };
        foreach (var path in JsonEdits.Paths(JsonNode.Parse(Valid)!, []))
        {
            foreach (var replacement in replacements)
            {
                var json = JsonNode.Parse(Valid)!;
                JsonEdits.Replace(json, path, "REPLACED");
                LoadsOrSaysWhy(Encoding.UTF8.GetBytes(json.ToJsonString().Replace("\"REPLACED\"", replacement, StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public void Parse_DamagedBytes_LoadsOrSaysWhy()
    {
        var random = new Random(4711);
        var valid = Encoding.UTF8.GetBytes(Valid);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = valid.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            LoadsOrSaysWhy(bytes.AsMemory(0, random.Next(10) == 0 ? random.Next(bytes.Length) : bytes.Length));
        }
    }

    [Fact]
    public void Load_MissingFile_SaysSo()
    {
        var failure = Assert.Throws<ModelLoadException>(() => TokenizerFile.Load(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"))));

        Assert.Equal(ModelFailure.FileNotFound, failure.Reason);
    }

    private static void LoadsOrSaysWhy(ReadOnlyMemory<byte> json)
    {
        try
        {
            TokenizerFile.Parse(json).Encode("Hello wörld", "[SEP] 漢字", 16, Truncation.LongestFirst);
        }
        catch (ModelLoadException e)
        {
            Assert.Equal(ModelFailure.UnsupportedTokenizer, e.Reason);
        }
    }
}
