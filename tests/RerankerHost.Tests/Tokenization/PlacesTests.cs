using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tokenization;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Tokenization;

/// <summary>Where tokens stand in texts, beside what eng/tokenizer-goldens/offsets.mjs got from Hugging Face's tokenizers.</summary>
public class PlacesTests
{
    public static TheoryData<string> Families => ["tiny", "addedbert", "roberta", "modernbert", "oddbpe", "xlmroberta", "xlmroberta2", "deberta"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Place_Texts_SameAsReference(string family)
    {
        var tokenizer = Load(family, NormalizedText.UsualBlock);
        var inBlocks = Load(family, 3);
        var different = new List<string>();

        foreach (var line in File.ReadLines(Golden("offsets.jsonl")))
        {
            using var golden = JsonDocument.Parse(line);
            var root = golden.RootElement;
            if (root.GetProperty("family").GetString() != family)
                continue;
            var text = root.GetProperty("text").GetString()!;
            var expected = root.GetProperty("offsets").EnumerateArray().Select(offsets => $"{offsets[0]}-{offsets[1]}");
            var names = root.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!).ToArray();
            foreach (var (kind, used) in new[] { ("whole", tokenizer), ("blocks", inBlocks) })
            {
                using var tokens = used.CreatePlacing(null, TestContext.Current.CancellationToken);
                used.Place("what came before 😀", tokens);
                var placed = used.Place(text, tokens);
                Assert.Equal(root.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), placed.Ids.ToArray());
                // The reference calls added tokens by what they are looked for.
                if (family is not ("addedbert" or "oddbpe" or "deberta"))
                    Assert.Equal(names, Enumerable.Range(0, placed.Ids.Length).Select(placed.NameOf));
                var places = Enumerable.Range(0, placed.Ids.Length).Select(i => placed.PlaceOf(i)).Select(place => $"{place.Start}-{place.End}");
                if (!expected.SequenceEqual(places))
                    different.Add($"{kind} {JsonSerializer.Serialize(text)}: {string.Join(' ', names)}: {string.Join(' ', expected)} not {string.Join(' ', places)}");
            }
        }

        Assert.True(different.Count == 0, string.Join('\n', different));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Place_RandomTexts_SameIdsAndPlacesInTheText(string family)
    {
        using var fuzz = JsonDocument.Parse(File.ReadAllBytes(Golden("fuzz.json")));
        var texts = new RandomTexts(fuzz.RootElement);
        TextTokenizer[] tokenizers = [Load(family, NormalizedText.UsualBlock), Load(family, 5)];
        var (known, all) = (0, 0);

        foreach (var text in texts.Block(0, 500))
        {
            using var expected = new TokenBuffer();
            tokenizers[0].Tokenize(text, expected, int.MaxValue);
            foreach (var tokenizer in tokenizers)
            {
                using var tokens = tokenizer.CreatePlacing(null, TestContext.Current.CancellationToken);
                var placed = tokenizer.Place(text, tokens);
                Assert.Equal(expected.Span, placed.Ids);
                Assert.Equal(tokens.Count, tokens.Places!.Span.Length);
                for (var i = 0; i < placed.Count; i++)
                {
                    var place = placed.PlaceOf(i);
                    (known, all) = (known + (place.IsKnown ? 1 : 0), all + 1);
                    if (place.IsKnown)
                        Assert.InRange(placed.PartAt(place).Length, 0, text.Length);
                }
            }
        }

        Assert.InRange(known, 0.95 * all, all);
    }

    private static string Golden(params string[] path) => Repository.File(["tests", "RerankerHost.Tests", "Tokenization", "Goldens", .. path]);

    private static TextTokenizer Load(string family, int block) =>
        TokenizerFile.Load(family == "tiny" ? Path.Combine(TestFiles.Model("tiny"), "tokenizer.json") : Golden(family, "tokenizer.json"), SpecialTokensInText.Parse, block);
}
