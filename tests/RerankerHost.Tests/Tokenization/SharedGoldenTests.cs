using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tokenization;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Tokenization;

/// <summary>Texts of real collections with odd strings in them, and the ids that Hugging Face's tokenizers give.</summary>
public class SharedGoldenTests
{
    private const int MaxTokens = 256;

    [Theory]
    [InlineData("bert-uncased")]
    [InlineData("mbert-uncased")]
    public void Encode_EveryLine_SameAsReference(string name)
    {
        var tokenizer = TokenizerFile.Load(SharedData.File("tokenizers", name, "tokenizer.json"));
        var lines = File.ReadAllLines(SharedData.File("tokenizers", name, "golden.jsonl"));

        Assert.Equal(600, lines.Length);
        Assert.All(lines, line =>
        {
            using var golden = JsonDocument.Parse(line);
            var root = golden.RootElement;
            var passage = root.GetProperty("passage").GetString()!;
            var pair = tokenizer.Encode(root.GetProperty("query").GetString()!, passage, MaxTokens, Truncation.LongestFirst)!.Value;

            Assert.Equal(Numbers(root.GetProperty("ids")), pair.Ids);
            Assert.Equal(Numbers(root.GetProperty("types")), pair.Types);
            Assert.Equal(Numbers(root.GetProperty("single")), tokenizer.Encode(passage, MaxTokens).Ids);
        });
    }

    private static long[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetInt64())];
}
