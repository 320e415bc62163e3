using System.Diagnostics;
using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tokenization;
using Rerank.RerankerHost.Tokenization.Subwords;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Tokenization;

/// <summary>Texts that somebody sends to take memory and time: what they take is bounded, and their ids are right all the same.</summary>
public class HostileTextTests
{
    // A text of 8 MiB as UTF-8.
    private const int Bytes = 8 << 20;

    // What the work on a text may take beside the text and the ids that are kept, in array elements of at most 24 bytes, where it is cut into pieces.
    private const int MostElements = 5 << 20;

    // A piece of 1 MiB that nothing cuts takes a step or a symbol and two merges for each byte, on arrays of powers of two.
    private const int MostElementsOfPiece = 12 << 20;

    private const int KeptIds = 512;

    private static readonly string[] Families = ["tiny", "addedbert", "roberta", "modernbert", "oddbpe", "xlmroberta", "xlmroberta2", "deberta"];

    public static TheoryData<string> AllFamilies => [.. Families];

    /// <summary>One character that NFKC and the character maps of SentencePiece make eighteen of, with three spaces in it.</summary>
    [Theory]
    [MemberData(nameof(AllFamilies))]
    public void Tokenize_EightMebibytesOfOneLigature_InLittleMemory(string family)
    {
        var (count, largest, most) = Take(family, new string('\uFDFA', Bytes / 3));

        Assert.InRange(most, 0, MostElementsOfPiece);

        // Those without a compatibility form see one run of letters in it, and deberta cuts nothing.
        Assert.Equal(family is not ("tiny" or "oddbpe"), count is null);
        if (family == "oddbpe")
        {
            var ids = count!.Value;
            Assert.InRange(largest, 0, 1 << 20);
            Assert.InRange(most, 0, MostElements);

            // Each thousand adds the same.
            var (one, two) = (CountOf(family, new string('\uFDFA', 1000)), CountOf(family, new string('\uFDFA', 2000)));
            Assert.Equal(one + (long)(Bytes / 3 - 1000) / 1000 * (two - one), ids - (CountOf(family, new string('\uFDFA', 1000 + Bytes / 3 % 1000)) - one));
        }
    }

    [Theory]
    [InlineData("a1 ")]
    [InlineData("word\n")]
    [InlineData("word  ")]
    [InlineData("क्षि ")]
    public void Tokenize_ManyWords_InLittleMemory(string word)
    {
        var words = Bytes / 3 / System.Text.Encoding.UTF8.GetByteCount(word);

        // deberta cuts nothing, and oddbpe has an added token of one space that depends on both its neighbours.
        Assert.All(Families.Except(word[^2] == ' ' ? ["deberta", "oddbpe"] : ["deberta"]), family =>
        {
            var (count, largest, most) = Take(family, string.Concat(Enumerable.Repeat(word, words)));
            var (one, two) = (CountOf(family, string.Concat(Enumerable.Repeat(word, 1000))), CountOf(family, string.Concat(Enumerable.Repeat(word, 2000))));

            Assert.NotNull(count);
            Assert.InRange(most, 0, MostElements);
            Assert.InRange(count.Value, one + (long)(words - 1000) / 1000 * (two - one), one + (long)(words - 1000 + 999) / 1000 * (two - one));
        });
    }

    [Theory]
    [MemberData(nameof(AllFamilies))]
    public void Tokenize_EightMebibytesWithoutABreak_InLittleMemory(string family)
    {
        var (count, _, most) = Take(family, new string('x', Bytes));

        // A word that is too long is one unknown token in WordPiece.
        Assert.InRange(most, 0, MostElementsOfPiece);
        Assert.Equal(family == "tiny" ? 1 : null, count);
    }

    [Theory]
    [MemberData(nameof(AllFamilies))]
    public void Tokenize_CombiningMarks_AsTheReferenceOrRefused_InLittleMemory(string family)
    {
        // In falling order of their ranks, so that all of them move.
        var marks = string.Concat(Enumerable.Range(0, 10_000).Select(i => (i % 3) switch { 0 => '\u0345', 1 => '\u0301', _ => '\u0323' }));
        var whole = Load(family, block: int.MaxValue).Encode("a" + marks + " b", int.MaxValue).Ids;
        Assert.Equal(whole, Load(family).Encode("a" + marks + " b", int.MaxValue).Ids);

        var (_, _, most) = Take(family, string.Concat(Enumerable.Repeat(marks, Bytes / 2 / marks.Length)));
        Assert.InRange(most, 0, MostElementsOfPiece);
    }

    [Theory]
    [MemberData(nameof(AllFamilies))]
    public void Tokenize_LongText_SameIdsInBlocksAsAtOnce(string family)
    {
        using var fuzz = JsonDocument.Parse(File.ReadAllBytes(Golden("fuzz.json")));
        var parts = new RandomTexts(fuzz.RootElement).Block(7, 3000).ToArray();
        string[] texts = [string.Join(' ', parts), string.Concat(parts), string.Join(',', parts), string.Join('\n', parts), string.Concat(Enumerable.Repeat("a1,b2;c3'd4", 20_000)), new string(' ', 200_000) + "x"];
        var (inBlocks, atOnce) = (Load(family), Load(family, block: int.MaxValue));

        Assert.All(texts, text =>
        {
            Assert.True(text.Length > 4 * NormalizedText.UsualBlock);
            Assert.Equal(atOnce.Encode(text, int.MaxValue).Ids, inBlocks.Encode(text, int.MaxValue).Ids);
        });
    }

    [Theory]
    [InlineData("tiny", 'x')]
    [InlineData("roberta", 'x')]
    [InlineData("xlmroberta", 'x')]
    [InlineData("xlmroberta", '\uFDFA')]
    [InlineData("modernbert", '\uFDFA')]
    public void Tokenize_Cancelled_EndsWithinAPassage(string family, char character)
    {
        var tokenizer = Load(family);
        var text = character == 'x' ? string.Join(' ', Enumerable.Repeat(new string('x', PieceTooLongException.MostBytes - 100), 8)) : new string(character, Bytes / 3);
        var shortest = TimeSpan.MaxValue;

        // Other work on the machine may delay it: the best of some tries counts.
        for (var i = 0; i < 8 && shortest > TimeSpan.FromMilliseconds(50); i++)
        {
            long asked = 0;
            using var cancel = new CancellationTokenSource();
            using var registration = cancel.Token.Register(() => asked = Stopwatch.GetTimestamp());
            using var output = new TokenBuffer(cancellationToken: cancel.Token);
            output.Keep(KeptIds);
            cancel.CancelAfter(10 + 5 * i);
            Assert.Throws<OperationCanceledException>(() => tokenizer.Tokenize(text, output, int.MaxValue));
            var took = Stopwatch.GetElapsedTime(Volatile.Read(ref asked));
            shortest = took < shortest ? took : shortest;
        }

        Assert.InRange(shortest, TimeSpan.Zero, TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void Tokenize_LargePiece_SaysBeforehandWhatItTakes()
    {
        foreach (var family in (string[])["roberta", "xlmroberta"])
        {
            long held = 0;
            using var output = new TokenBuffer(bytes => held += bytes);
            output.Keep(KeptIds);
            var text = new string('x', PieceTooLongException.MostBytes - 100);
            Load(family).Tokenize(text + ' ' + text, output, int.MaxValue);

            // Once for the request, not for each piece.
            Assert.InRange(held, 20L << 20, 60L << 20);
        }
    }

    [Fact]
    public void Tokenize_NoRoom_Ends()
    {
        using var output = new TokenBuffer(_ => throw new InvalidOperationException("no room"));

        Assert.Throws<InvalidOperationException>(() => Load("tiny").Tokenize(string.Concat(Enumerable.Repeat("a ", 100_000)), output, int.MaxValue));
    }

    [Fact]
    public void Keep_CountsWhatIsBeyond()
    {
        using var output = new TokenBuffer();
        output.Keep(10);
        Load("tiny").Tokenize(string.Concat(Enumerable.Repeat("linux ", 100_000)), output, int.MaxValue);
        Assert.Equal((100_000, 10), (output.Count, output.Kept));

        output.Truncate(4);
        output.Keep(2);
        output.AddRange([7, 8, 9]);
        Assert.Equal((7, 6), (output.Count, output.Kept));
        Assert.Equal([7, 8], output[4..6]);
    }

    /// <returns>How many ids a text has, or null where it is refused; elements of the largest array that was rented, and of all at once.</returns>
    private static (int? Count, int Largest, long Most) Take(string family, string text)
    {
        var tokenizer = Load(family);
        Count(tokenizer, "a");

        // Arrays that aren't pooled count as well, and those that the pools have to make.
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var count = Count(tokenizer, text);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 120L << 20);

        using var pools = new PoolListener();
        Assert.Equal(count, Count(tokenizer, text));
        return (count, pools.Largest, pools.Most);
    }

    private static int? Count(TextTokenizer tokenizer, string text)
    {
        using var output = new TokenBuffer();
        output.Keep(KeptIds);
        try
        {
            return tokenizer.Tokenize(text, output, int.MaxValue);
        }
        catch (PieceTooLongException)
        {
            return null;
        }
    }

    private static int CountOf(string family, string text)
    {
        using var output = new TokenBuffer();
        return Load(family).Tokenize(text, output, int.MaxValue);
    }

    private static string Golden(params string[] path) => Repository.File(["tests", "RerankerHost.Tests", "Tokenization", "Goldens", .. path]);

    private static TextTokenizer Load(string family, int block = NormalizedText.UsualBlock) => TokenizerFile.Load(
        family == "tiny" ? Path.Combine(TestFiles.Model("tiny"), "tokenizer.json") : Golden(family, "tokenizer.json"), SpecialTokensInText.PlainText, block);
}
