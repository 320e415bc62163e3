using Rerank.Dialects;
using Rerank.Router.Tiers;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tests.Tiers;

public sealed class RankingSubjectTests
{
    private const string Model = "sha256:full";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnyOfFirst_NoneHolds_AsksForTheFirstDistinctPassagesOnly(bool keysAreKnown)
    {
        var asked = new List<PairKey>();
        var subject = Subject(keysAreKnown);

        Assert.False(subject.AnyOfFirst(16, Model, key =>
        {
            asked.Add(key);
            return false;
        }));

        Assert.Equal(subject.Keys(Model)[..16], asked);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnyOfFirst_OneHolds_StopsThere(bool keysAreKnown)
    {
        var asked = 0;

        Assert.True(Subject(keysAreKnown).AnyOfFirst(16, Model, _ => ++asked == 3));

        Assert.Equal(3, asked);
    }

    [Fact]
    public void AnyOfFirst_FewerPassages_AsksForThemAll()
    {
        var asked = 0;

        Assert.False(Subject(keysAreKnown: false).AnyOfFirst(100, Model, _ => ++asked > 40));

        Assert.Equal(40, asked);
    }

    /// <summary>Of 40 passages, each twice in a row.</summary>
    private static RankingSubject Subject(bool keysAreKnown)
    {
        var subject = new RankingSubject(new RerankRequest { Query = "q", Documents = [.. Enumerable.Range(0, 80).Select(i => $"passage {i / 2}")] });
        if (keysAreKnown)
            subject.Keys(Model);
        return subject;
    }
}
