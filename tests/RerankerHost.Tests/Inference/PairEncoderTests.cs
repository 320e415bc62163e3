using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Tokenization;
using Rerank.RerankerHost.Tokenization.Subwords;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Inference;

public class PairEncoderTests
{
    private static readonly string Longest = new('a', PieceTooLongException.MostBytes);

    [Theory]
    [InlineData("roberta")]
    [InlineData("deberta")]
    public void Encode_PassageWithoutBreakBeyondLimit_NamesThePassage(string family)
    {
        var failure = Assert.Throws<InputTooLongException>(() => Encode(family, "a query", ["short", Longest + "ä"]));

        // A word's mark before it counts as well.
        Assert.Matches("^passage 1 has 10485(78|81) bytes without a break .* 1048576 allowed$", failure.Message);
    }

    [Fact]
    public void Encode_QueryWithoutBreakBeyondLimit_NamesTheQuery()
    {
        var failure = Assert.Throws<InputTooLongException>(() => Encode("roberta", Longest + "a", ["short"]));

        Assert.Contains("the query has 1048577 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("roberta")]
    [InlineData("deberta")]
    public void Encode_LongTextWithinLimit_CountsAllOfIt(string family)
    {
        var half = Longest[(Longest.Length / 2)..];

        Assert.True(Encode(family, "a query", [half]) is [{ Truncated: true, TotalTokens: > 10_000 }]);
    }

    [Fact]
    public void Encode_LongTextOfWords_HasNoLimit() =>
        Assert.True(Encode("roberta", "a query", [string.Concat(Enumerable.Repeat("word ", PieceTooLongException.MostBytes))]) is [{ TotalTokens: >= PieceTooLongException.MostBytes }]);

    private static PairScore[] Encode(string family, string query, string[] passages)
    {
        var tokenizer = TokenizerFile.Load(Repository.File("tests", "RerankerHost.Tests", "Tokenization", "Goldens", family, "tokenizer.json"), SpecialTokensInText.PlainText);
        using var pairs = new PairEncoder(tokenizer, maxTokens: 128, Truncation.LongestFirst).Encode(query, passages, new PairOptions(), TestContext.Current.CancellationToken);
        return pairs.ToScores(new float[pairs.Count]);
    }

    [Fact]
    public async Task EncodeAsync_OfALargeRequest_LetsOthersWorkInBetween()
    {
        string[] passages = [.. Enumerable.Range(0, 4000).Select(i => $"passage {i} of the kernel image viewer library network python game server font")];
        var encoder = new PairEncoder(Golden.Tokenizer("tiny"), maxTokens: 128, Truncation.LongestFirst);
        var yields = new CountingContext();

        SynchronizationContext.SetSynchronizationContext(yields);
        var encoding = encoder.EncodeAsync("linux", passages, new PairOptions(), TestContext.Current.CancellationToken);
        SynchronizationContext.SetSynchronizationContext(null);
        using var pairs = await encoding;

        using var atOnce = encoder.Encode("linux", passages, new PairOptions(), TestContext.Current.CancellationToken);
        Assert.InRange(yields.Count, 2, passages.Length);
        Assert.Equal(Enumerable.Range(0, atOnce.Count).Select(atOnce.Hash), Enumerable.Range(0, pairs.Count).Select(pairs.Hash));
    }

    /// <summary>Counts how often somebody lets go of the thread, and goes on with it on the pool.</summary>
    private sealed class CountingContext : SynchronizationContext
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _count);
            ThreadPool.QueueUserWorkItem(_ =>
            {
                SetSynchronizationContext(this);
                try
                {
                    d(state);
                }
                finally
                {
                    SetSynchronizationContext(null);
                }
            });
        }
    }
}
