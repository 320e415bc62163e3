using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Trials;

public sealed class ChanceTests
{
    // fisher.test(matrix(c(bad1, good1, bad2, good2), 2), alternative = "greater") of R: 1/252 and 17/70 are by hand.
    [Theory]
    [InlineData(5, 5, 5, 0, 1.0 / 252)]
    [InlineData(4, 3, 4, 1, 17.0 / 70)]
    [InlineData(4, 0, 4, 4, 1)]
    [InlineData(0, 0, 3, 0, 1)]
    public void OfAsManyBad_KnownTables_GiveTheirTail(int candidate, int candidateBad, int stable, int stableBad, double expected) =>
        Assert.Equal(expected, Chance.OfAsManyBad(candidate, candidateBad, stable, stableBad), 1e-12);

    [Fact]
    public void OfAsManyBad_OverAllOutcomes_SumsUpToOne()
    {
        // Differences of neighbouring tails are the chances of single tables.
        var (candidate, stable, bad) = (300, 200, 120);
        var tails = Enumerable.Range(0, bad + 1).Select(its => Chance.OfAsManyBad(candidate, its, stable, bad - its)).ToArray();
        Assert.Equal(1, tails[0], 1e-9);
        Assert.All(tails.Zip(tails.Skip(1)), pair => Assert.True(pair.First >= pair.Second - 1e-9));
        Assert.Equal(0, Chance.OfAsManyBad(candidate, bad, stable, 0) - Math.Exp(Enumerable.Range(0, bad).Sum(i => Math.Log((candidate - i) / (double)(candidate + stable - i)))), 1e-18);
    }

    [Fact]
    public void Smallest_IsThatOfTheMostUnequalTable() => Assert.Equal(Chance.OfAsManyBad(20, 20, 8, 0), Chance.Smallest(20, 8), 1e-15);

    [Theory]
    [InlineData(5, 5, 0.2, 0.00032)]
    [InlineData(0, 5, 0.2, 1)]
    [InlineData(1, 2, 0.5, 0.75)]
    [InlineData(1, 2, 0, 0)]
    [InlineData(2, 2, 1, 1)]
    public void OfAtLeast_KnownBinomials_GiveTheirTail(int bad, int all, double probability, double expected) =>
        Assert.Equal(expected, Chance.OfAtLeast(bad, all, probability), 1e-12);
}
