using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Tests.Tokenization;

public class PassageWindowsTests
{
    [Fact]
    public void Fit_AnyLengths_WindowsFitAndCoverWhatIsLeft()
    {
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var (query, passage, max, most) = (random.Next(60), random.Next(400), random.Next(4, 64), random.Next(1, 6));
            var truncation = random.Next(2) == 0 ? Truncation.LongestFirst : Truncation.OnlySecond;
            if (PassageWindows.Fit(query, passage, max, 3, truncation, most) is not { } windows)
            {
                Assert.Equal(Truncation.OnlySecond, truncation);
                Assert.True(query >= max - 3);
                continue;
            }

            Assert.InRange(windows.Count, 1, most);
            Assert.InRange(windows.Passage, 0, passage);
            Assert.InRange(windows.Query, 0, query);
            Assert.True(windows.Passage <= (long)windows.Count * windows.Window);
            Assert.True(windows.Query + Math.Min(windows.Window, windows.Passage) + 3 <= max);
            Assert.True(windows.Passage == passage || windows.Count == most, "nothing is cut off while there may be more windows");
            if (truncation == Truncation.OnlySecond)
                Assert.Equal(query, windows.Query);
            if (query + passage + 3 <= max)
                Assert.Equal((query, passage, 1), (windows.Query, windows.Passage, windows.Count));
        }
    }

    [Theory]
    [InlineData(10, 100, 35, 10, 10, 100, 22)]
    [InlineData(100, 100, 35, 3, 16, 48, 16)]
    public void Fit_InWindows_QueryTakesHalfAtMost(int query, int passage, int max, int most, int queryLeft, int passageLeft, int window) =>
        Assert.Equal(new PassageWindows(queryLeft, passageLeft, window), PassageWindows.Fit(query, passage, max, 3, Truncation.LongestFirst, most));
}
