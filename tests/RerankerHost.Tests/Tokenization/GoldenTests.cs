using System.Text.Json;
using System.Text.Json.Nodes;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tokenization;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Tokenization;

/// <summary>Ids of odd and random strings that eng/tokenizer-goldens got from Hugging Face's tokenizers.</summary>
public class GoldenTests
{
    private static readonly Dictionary<string, TextTokenizer> Tokenizers = new()
    {
        ["plain"] = TokenizerFile.Load(TokenizerPath),
        ["special"] = TokenizerFile.Load(TokenizerPath, SpecialTokensInText.Parse),
        ["cased"] = Changed(normalizer => (normalizer["lowercase"], normalizer["strip_accents"]) = (false, null)),
        ["accents"] = Changed(normalizer => normalizer["strip_accents"] = false),
        ["raw"] = Changed(normalizer => (normalizer["clean_text"], normalizer["handle_chinese_chars"]) = (false, false)),
    };

    private static readonly string[] FourWords = ["linux", "kernel", "image", "viewer"];

    private static string TokenizerPath => Path.Combine(TestFiles.Model("tiny"), "tokenizer.json");

    [Fact]
    public void Encode_OddTexts_SameAsReference()
    {
        var texts = Lines().Where(line => line.RootElement.TryGetProperty("text", out _)).ToList();

        Assert.True(texts.Count > 700);
        Assert.All(texts, line =>
        {
            var tokenizer = Tokenizers[line.RootElement.GetProperty("variant").GetString()!];
            var encoded = tokenizer.Encode(line.RootElement.GetProperty("text").GetString()!, int.MaxValue);
            Assert.Equal(Numbers(line, "ids"), encoded.Ids);
        });
    }

    [Fact]
    public void Encode_PairsThatDontFit_CutLikeReference()
    {
        var pairs = Lines().Where(line => line.RootElement.TryGetProperty("strategy", out _)).ToList();

        Assert.Equal(266, pairs.Count);
        Assert.All(pairs, line =>
        {
            var root = line.RootElement;
            var encoded = Tokenizers["plain"].Encode(
                Words(root.GetProperty("query").GetInt32()),
                Words(root.GetProperty("passage").GetInt32()),
                root.GetProperty("max").GetInt32(),
                Enum.Parse<Truncation>(root.GetProperty("strategy").GetString()!));
            Assert.Equal(Numbers(line, "ids"), encoded?.Ids);
            Assert.Equal(Numbers(line, "types"), encoded?.Types);
        });
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("base")]
    public void Encode_PairsOfModel_SameAsGoldenFile(string model)
    {
        var maxTokens = Inference.Golden.Contract(model).MaxInputTokens;
        Assert.All(Inference.Golden.Pairs(model), pair =>
        {
            var encoded = Tokenizers[pair.LiteralMarkersAreSpecial ? "special" : "plain"].Encode(pair.Query, pair.Passage, maxTokens, Truncation.LongestFirst);
            Assert.Equal(pair.InputIds, encoded?.Ids);
            Assert.Equal(pair.TokenTypeIds, encoded?.Types);
        });
    }

    [Fact]
    public void Encode_HalfASurrogatePair_LikeReplacementCharacter()
    {
        var tokenizer = Tokenizers["plain"];

        Assert.Equal(tokenizer.Encode("a\ufffdb c", 64).Ids, tokenizer.Encode("a\ud800b c", 64).Ids);
        Assert.Equal(tokenizer.Encode("a", 64).Ids, tokenizer.Encode("a\udc00", 64).Ids);
    }

    [Fact]
    public void Tokenize_WithLimit_StopsAfterTheWordThatReachesIt()
    {
        using var buffer = new TokenBuffer();

        var appended = Tokenizers["plain"].Tokenize(string.Concat(Enumerable.Repeat("linux ", 100_000)), buffer, 10);

        Assert.Equal(10, appended);
        Assert.Equal(10, buffer.Count);
    }

    private static IEnumerable<JsonDocument> Lines() =>
        File.ReadLines(Repository.File("tests", "RerankerHost.Tests", "Tokenization", "Goldens", "tiny.jsonl")).Select(line => JsonDocument.Parse(line));

    private static long[]? Numbers(JsonDocument line, string name) =>
        line.RootElement.GetProperty(name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(item => item.GetInt64())] : null;

    private static string Words(int count) => string.Join(' ', Enumerable.Range(0, count).Select(i => FourWords[i % 4]));

    private static TextTokenizer Changed(Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllBytes(TokenizerPath))!;
        change(json["normalizer"]!.AsObject());
        return TokenizerFile.Parse(JsonSerializer.SerializeToUtf8Bytes(json));
    }
}
