using Rerank.Router.Shadow;
using Rerank.Router.Tiers;

namespace Rerank.Router.Tests.Shadow;

public sealed class ComparisonTests
{
    [Fact]
    public void Of_ManyDocuments_LooksAtThePlacesAsked()
    {
        var stable = Of([.. Enumerable.Range(0, 20).Select(i => new DocumentScore(0, 20 - i))]);
        var candidate = Of([.. Enumerable.Range(0, 20).Select(i => new DocumentScore(0, i is 8 or 9 ? -i : 20 - i))]);

        var comparison = Comparison.Of(stable, candidate, comparedPlaces: 10);

        Assert.Equal(0.8, comparison.Overlap);
        Assert.True(comparison.SameFirst);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(5, 2)]
    public void Of_FewDocuments_LooksAtTheBetterHalf(int documents, int places)
    {
        var stable = Of([.. Enumerable.Range(0, documents).Select(i => new DocumentScore(0, -i))]);
        var candidate = Of([.. Enumerable.Range(0, documents).Select(i => new DocumentScore(0, i == places - 1 ? -100 : -i))]);

        Assert.Equal((places - 1.0) / places, Comparison.Of(stable, candidate, comparedPlaces: 10).Overlap);
    }

    [Fact]
    public void Of_SamePassageSeveralTimes_IsOneItem()
    {
        // Two passages, of which the first is there three times; the candidate has the second one first.
        var stable = new Judgement([0, 1, 2, 3], [new(0, 2), new(0, 2), new(0, 2), new(0, 1)], [0, 0, 0, 1], 2, LastTier: 0);
        var candidate = new Judgement([3, 0, 1, 2], [new(0, 2), new(0, 2), new(0, 2), new(0, 3)], [0, 0, 0, 1], 2, LastTier: 0);

        var comparison = Comparison.Of(stable, candidate, comparedPlaces: 10);

        Assert.Equal((0, -1, false), (comparison.Overlap, comparison.KendallTau, comparison.SameFirst));
    }

    [Fact]
    public void Of_LogitsMove_ShiftIsTheirMeanOverDocuments() =>
        Assert.Equal(1.5, Comparison.Of(Of(new(0, 1), new(0, 5)), Of(new(0, 2), new(0, 7)), 10).LogitShift);

    [Fact]
    public void Of_OtherNumberOfTiers_ComparesLogitsOfTheSameTierFromTheLast()
    {
        var stable = new Judgement([0, 1], [new(0, 1), new(0, 2)], [0, 1], 2, LastTier: 0);
        var candidate = new Judgement([0, 1], [new(1, 4), new(0, 50)], [0, 1], 2, LastTier: 1);

        Assert.Equal(3, Comparison.Of(stable, candidate, 10).LogitShift);
        Assert.Null(Comparison.Of(stable, candidate with { Documents = [new(0, 4), new(0, 50)] }, 10).LogitShift);
    }

    private static Judgement Of(params DocumentScore[] documents) =>
        new(Ranking.Order(documents), documents, [.. Enumerable.Range(0, documents.Length)], documents.Length, LastTier: 0);
}
