using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tokenization;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Tokenization;

/// <summary>
/// Small tokenizers of every family, and what Hugging Face's tokenizers give for them: eng/tokenizer-goldens makes both. What they
/// give for 100,000 random texts is kept as digests; <c>node fuzz.mjs FAMILY MODE BLOCK</c> there tells a block's ids.
/// </summary>
public class FamilyTests
{
    private static readonly string[] Families = ["addedbert", "roberta", "modernbert", "oddbpe", "xlmroberta", "xlmroberta2", "deberta"];

    public static TheoryData<string> MadeFamilies => [.. Families];

    public static TheoryData<string, SpecialTokensInText> FamiliesAndModes
    {
        get
        {
            var data = new TheoryData<string, SpecialTokensInText>();
            foreach (var family in Families.Prepend("tiny"))
            {
                data.Add(family, SpecialTokensInText.PlainText);
                data.Add(family, SpecialTokensInText.Parse);
            }

            return data;
        }
    }

    public static TheoryData<string, int> FamiliesAndBlocks => [.. Families.SelectMany(family => (int[])[NormalizedText.UsualBlock, 1, 3, 17], (family, block) => (family, block))];

    [Theory]
    [MemberData(nameof(FamiliesAndBlocks))]
    public void Encode_OddTexts_SameAsReference(string family, int block)
    {
        var lines = File.ReadAllLines(Golden(family, "golden.jsonl")).Skip(1).ToArray();

        Assert.True(lines.Length > 100);
        Assert.All(lines, line =>
        {
            using var golden = JsonDocument.Parse(line);
            var root = golden.RootElement;
            var tokenizer = Load(family, Enum.Parse<SpecialTokensInText>(root.GetProperty("mode").GetString()!), block);
            var passage = root.GetProperty("passage").GetString()!;
            Assert.Equal(Numbers(root, "single"), tokenizer.Encode(passage, int.MaxValue).Ids);
            var pair = tokenizer.Encode(root.GetProperty("query").GetString()!, passage, int.MaxValue, Truncation.LongestFirst)!.Value;
            Assert.Equal(Numbers(root, "ids"), pair.Ids);
            Assert.Equal(Numbers(root, "types"), pair.Types);
        });
    }

    [Theory]
    [MemberData(nameof(FamiliesAndModes))]
    public void Encode_RandomTexts_SameDigestsAsReference(string family, SpecialTokensInText mode)
    {
        using var fuzz = JsonDocument.Parse(File.ReadAllBytes(Golden("fuzz.json")));
        var texts = new RandomTexts(fuzz.RootElement);
        var count = fuzz.RootElement.GetProperty("textsPerBlock").GetInt32();
        var expected = fuzz.RootElement.GetProperty("digests").GetProperty(family).GetProperty(mode.ToString()).EnumerateArray().ToArray();
        var tokenizer = Load(family, mode);
        var inBlocks = Load(family, mode, block: 16);

        var different = Enumerable.Range(0, expected.Length).Where(block => Digest(block % 2 == 0 ? tokenizer : inBlocks, texts.Block(block, count)) != expected[block].GetString()).ToList();

        Assert.Equal(100_000, count * expected.Length);
        Assert.True(different.Count == 0, $"ids differ; to see those of the reference: node fuzz.mjs {family} {mode} {different.FirstOrDefault()} ({different.Count} blocks)");
    }

    [Theory]
    [MemberData(nameof(MadeFamilies))]
    public void Tokenize_SpecialTokensInText_AreTextByDefault(string family)
    {
        var tokenizer = Load(family, SpecialTokensInText.PlainText);
        var parsing = Load(family, SpecialTokensInText.Parse);

        // Text may well be unknown, and then comes out as the token for it.
        var markers = parsing.Markers.Where(marker => marker is not ("<unk>" or "[UNK]")).ToList();
        Assert.All(markers, marker =>
        {
            var parsed = Text(parsing, marker);
            Assert.Single(parsed);
            Assert.DoesNotContain(parsed[0], Text(tokenizer, $"a {marker} b"));
            Assert.DoesNotContain(parsed[0], Text(tokenizer, marker));
            Assert.Contains(parsed[0], Text(parsing, $"a {marker} b"));
        });
    }

    [Theory]
    [MemberData(nameof(MadeFamilies))]
    public void Tokenize_InvalidSurrogates_LikeReplacementCharacters(string family)
    {
        var tokenizer = Load(family, SpecialTokensInText.Parse);

        Assert.Equal(tokenizer.Encode("a\ufffdb <mask>\ufffd", 64).Ids, tokenizer.Encode("a\ud800b <mask>\udc00", 64).Ids);
        Assert.Equal(tokenizer.Encode("\ufffd\ufffd", 64).Ids, tokenizer.Encode("\udc00\ud800", 64).Ids);
    }

    [Theory]
    [MemberData(nameof(MadeFamilies))]
    public void Tokenize_WithLimit_IsPrefixOfAll(string family)
    {
        var tokenizer = Load(family, SpecialTokensInText.PlainText);
        var text = string.Concat(Enumerable.Repeat("linux kernel café 漢字 packages, ", 40));
        using var all = new TokenBuffer();
        tokenizer.Tokenize(text, all, int.MaxValue);
        for (var limit = 0; limit < all.Count; limit += 7)
        {
            using var some = new TokenBuffer();
            tokenizer.Tokenize(text, some, limit);
            Assert.InRange(some.Count, limit, all.Count);
            Assert.Equal(all[..some.Count], some.Span);
        }
    }

    private static long[] Text(TextTokenizer tokenizer, string text) =>
        tokenizer.Encode(text, int.MaxValue).Ids[tokenizer.Single.Before.Count..^tokenizer.Single.After.Count];

    private static string Golden(params string[] path) => Repository.File(["tests", "RerankerHost.Tests", "Tokenization", "Goldens", .. path]);

    private static TextTokenizer Load(string family, SpecialTokensInText mode, int block = NormalizedText.UsualBlock) =>
        TokenizerFile.Load(family == "tiny" ? Path.Combine(TestFiles.Model("tiny"), "tokenizer.json") : Golden(family, "tokenizer.json"), mode, block);

    private static string Digest(TextTokenizer tokenizer, IEnumerable<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = new byte[4];
        foreach (var text in texts)
        {
            var ids = tokenizer.Encode(text, int.MaxValue).Ids;
            Append(ids.Length);
            foreach (var id in ids)
                Append((int)id);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];

        void Append(int number)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
            hash.AppendData(bytes);
        }
    }

    private static long[] Numbers(JsonElement root, string name) => [.. root.GetProperty(name).EnumerateArray().Select(item => item.GetInt64())];
}
