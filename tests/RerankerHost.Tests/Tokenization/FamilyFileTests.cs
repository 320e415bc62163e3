using System.Text.Json;
using System.Text.Json.Nodes;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Tokenization;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Tokenization;

/// <summary>What is refused in files of BPE and unigram models, and that nothing in them crashes the host.</summary>
public class FamilyFileTests
{
    public static TheoryData<string> Families => ["addedbert", "roberta", "modernbert", "oddbpe", "xlmroberta", "xlmroberta2", "deberta"];

    public static TheoryData<string, string, string, string> UnsupportedParts => new()
    {
        { "roberta", "normalizer", """{"type":"Nmt"}""", "normalizer.type: Nmt is not supported, only Sequence, NFC" },
        { "oddbpe", "normalizer.normalizers.1.type", "\"ByteLevel\"", "normalizer.normalizers[1].type: ByteLevel" },
        { "roberta", "pre_tokenizer", "null", "pre_tokenizer: is missing" },
        { "roberta", "pre_tokenizer", """{"type":"WhitespaceSplit"}""", "pre_tokenizer: must end with ByteLevel" },
        { "roberta", "pre_tokenizer", """{"type":"Digits"}""", "pre_tokenizer.type: Digits is not supported, only Sequence, ByteLevel" },
        { "roberta", "pre_tokenizer", """{"type":"Split","pattern":{"Regex":"x"},"behavior":"Isolated","invert":false}""", "pre_tokenizer: must end" },
        { "oddbpe", "pre_tokenizer.pretokenizers.0", """{"type":"Split","pattern":{"Regex":"x"},"behavior":"Isolated","invert":false}""", "only the regular expression of GPT-2" },
        { "oddbpe", "pre_tokenizer.pretokenizers.0", """{"type":"ByteLevel"}""", "pre_tokenizer.pretokenizers[0].type: ByteLevel is only supported as the last" },
        { "xlmroberta2", "pre_tokenizer", """{"type":"ByteLevel"}""", "pre_tokenizer.type: ByteLevel is only supported" },
        { "xlmroberta2", "pre_tokenizer.prepend_scheme", "\"sometimes\"", "pre_tokenizer.prepend_scheme: sometimes is not supported, only always, first, never" },
        { "xlmroberta2", "pre_tokenizer.replacement", "\"__\"", "pre_tokenizer.replacement: __" },
        { "xlmroberta2", "normalizer.normalizers.1.pattern", """{"Regex":"\\s+"}""", "normalizer.normalizers[1].pattern.Regex: \\s+ is not supported" },
        { "xlmroberta2", "normalizer.normalizers.0.precompiled_charsmap", "\"AAAA\"", "normalizer.normalizers[0].precompiled_charsmap" },
        { "xlmroberta2", "model.unk_id", "null", "model.unk_id: is missing" },
        { "xlmroberta2", "model.vocab", "[]", "model.vocab: is empty" },
        { "modernbert", "model.dropout", "0.1", "model.dropout: is not supported" },
        { "modernbert", "model.continuing_subword_prefix", "\"##\"", "model.continuing_subword_prefix: ##" },
        { "modernbert", "model.end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix: </w>" },
        { "modernbert", "model.byte_fallback", "true", "model.byte_fallback: true" },
        { "modernbert", "model.merges.3", """["a","b","c"]""", "model.merges[3]: must be two tokens" },
        { "roberta", "model.merges.2", "\"qq xx\"", "model.merges[2]: qq is not in the vocabulary" },
        { "roberta", "model.unk_token", "\"none\"", "model.unk_token: none is not in the vocabulary" },
        { "modernbert", "added_tokens.6.id", "3", "added_tokens[6].id" },
        { "deberta", "added_tokens.5.content", "\"LINUX\"", "added_tokens: LINUX and linux are the same" },
        { "oddbpe", "post_processor.processors.0", """{"type":"RobertaProcessing","sep":["</s>",1],"cls":["<s>",0]}""", "post_processor: holds 2 processors" },
    };

    [Theory]
    [MemberData(nameof(UnsupportedParts))]
    public void Parse_UnsupportedPart_NamesIt(string family, string path, string value, string expected)
    {
        var json = Read(family);
        if (family == "deberta")
            json["added_tokens"]!.AsArray().Add(JsonNode.Parse($$"""{"id": {{json["added_tokens"]![5]!["id"]!.GetValue<int>() + 1}}, "content": "linux", "special": false, "normalized": true}"""));
        JsonEdits.Replace(json, path.Split('.'), JsonNode.Parse(value));

        var failure = Assert.Throws<ModelLoadException>(() => TokenizerFile.Parse(JsonSerializer.SerializeToUtf8Bytes(json)));

        Assert.Equal(ModelFailure.UnsupportedTokenizer, failure.Reason);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Parse_ModelWithoutType_IsSeenFromItsParts(string family)
    {
        var json = Read(family);
        json["model"]!.AsObject().Remove("type");
        const string text = "a linux kernel, naïve  漢字";

        var expected = TokenizerFile.Load(PathOf(family)).Encode(text, 64);

        Assert.Equal(expected.Ids, TokenizerFile.Parse(JsonSerializer.SerializeToUtf8Bytes(json)).Encode(text, 64).Ids);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Parse_AnyPartReplaced_LoadsOrSaysWhy(string family)
    {
        foreach (var path in JsonEdits.Paths(Read(family), []))
        {
            foreach (var replacement in (string[])["null", "-1", "1e300", "\"\"", "\"x\"", "[]", "{}", "true"])
            {
                var json = Read(family);
                JsonEdits.Replace(json, path, JsonNode.Parse(replacement));
                LoadsOrSaysWhy(JsonSerializer.SerializeToUtf8Bytes(json));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Parse_DamagedBytes_LoadsOrSaysWhy(string family)
    {
        var random = new Random(4711);
        var valid = File.ReadAllBytes(PathOf(family));
        for (var i = 0; i < 200; i++)
        {
            var bytes = valid.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            LoadsOrSaysWhy(bytes.AsMemory(0, random.Next(10) == 0 ? random.Next(bytes.Length) : bytes.Length));
        }
    }

    [Theory]
    [InlineData("xlmroberta")]
    [InlineData("xlmroberta2")]
    public void Parse_DamagedCharsmap_LoadsOrSaysWhy(string family)
    {
        var random = new Random(42);
        var json = Read(family);
        var precompiled = json["normalizer"]!["normalizers"] is JsonArray steps ? steps[0]! : json["normalizer"]!;
        var valid = Convert.FromBase64String(precompiled["precompiled_charsmap"]!.GetValue<string>());
        for (var i = 0; i < 300; i++)
        {
            var bytes = valid.ToArray();
            for (var changes = random.Next(1, 50); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            precompiled["precompiled_charsmap"] = Convert.ToBase64String(bytes);
            LoadsOrSaysWhy(JsonSerializer.SerializeToUtf8Bytes(json));
        }
    }

    private static string PathOf(string family) => Repository.File("tests", "RerankerHost.Tests", "Tokenization", "Goldens", family, "tokenizer.json");

    private static JsonNode Read(string family) => JsonNode.Parse(File.ReadAllBytes(PathOf(family)))!;

    private static void LoadsOrSaysWhy(ReadOnlyMemory<byte> json)
    {
        try
        {
            TokenizerFile.Parse(json, SpecialTokensInText.Parse).Encode("Ｈello  wörld\u0301 №1", "[SEP] 漢字 <mask> ﬁ", 16, Truncation.LongestFirst);
        }
        catch (ModelLoadException e)
        {
            Assert.Equal(ModelFailure.UnsupportedTokenizer, e.Reason);
        }
    }
}
