using FsCheck;
using FsCheck.Fluent;
using Rerank.Router.Shadow;

namespace Rerank.Router.Tests.Shadow;

public sealed class AgreementTests
{
    private const double Persistence = 0.9;

    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0.5)]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 1)]
    public void Overlap_OfPlaces_IsTheirCommonShare(int places, double expected) => Assert.Equal(expected, Agreement.Overlap([0, 1, 2, 3, 4], [0, 2, 1, 3, 4], places));

    /// <summary>By hand: overlaps of 0, 1 and 1 at depths 1 to 3, and of 0, 1/2 and 1.</summary>
    [Theory]
    [InlineData(new[] { 0, 1, 2 }, 1)]
    [InlineData(new[] { 1, 0, 2 }, 0.9)]
    [InlineData(new[] { 2, 1, 0 }, 0.855)]
    public void RankBiasedOverlap_OfThree_IsAsComputedByHand(int[] right, double expected) =>
        Assert.Equal(expected, Agreement.RankBiasedOverlap([0, 1, 2], right, Persistence), 12);

    [Theory]
    [InlineData(new[] { 0, 1, 2, 3 }, 4, 1)]
    [InlineData(new[] { 3, 2, 1, 0 }, 4, -1)]
    [InlineData(new[] { 0, 1, 3, 2 }, 2, 1)]
    [InlineData(new[] { 0, 1, 3, 2 }, 3, 2.0 / 3)]
    [InlineData(new[] { 3, 2, 1, 0 }, 2, -0.8)]
    [InlineData(new[] { 1, 0, 2, 3 }, 1, -1)]
    [InlineData(new[] { 0, 2, 1, 3 }, 1, 1)]
    public void KendallTau_OfFour_IsAsComputedByHand(int[] right, int places, double expected) =>
        Assert.Equal(expected, Agreement.KendallTau([0, 1, 2, 3], right, places), 12);

    [Fact]
    public void All_SameRanking_AgreeEntirely() => Check.One(Many, Prop.ForAll(Cases(), c =>
        Agreement.Overlap(c.Left, c.Left, c.Places) == 1
        && Math.Abs(Agreement.RankBiasedOverlap(c.Left, c.Left, Persistence) - 1) < 1e-9
        && Math.Abs(Agreement.KendallTau(c.Left, c.Left, c.Places) - 1) < 1e-9));

    [Fact]
    public void All_AnyRankings_AreInRangeAndSymmetric() => Check.One(Many, Prop.ForAll(Cases(), c =>
    {
        var overlap = Agreement.Overlap(c.Left, c.Right, c.Places);
        var rbo = Agreement.RankBiasedOverlap(c.Left, c.Right, Persistence);
        var tau = Agreement.KendallTau(c.Left, c.Right, c.Places);
        return overlap is >= 0 and <= 1 && rbo is >= 0 and <= 1 + 1e-9 && tau is >= -1 - 1e-9 and <= 1 + 1e-9
            && overlap == Agreement.Overlap(c.Right, c.Left, c.Places)
            && Math.Abs(rbo - Agreement.RankBiasedOverlap(c.Right, c.Left, Persistence)) < 1e-9
            && Math.Abs(tau - Agreement.KendallTau(c.Right, c.Left, c.Places)) < 1e-9;
    }));

    [Fact]
    public void All_OtherNamesForTheItems_ChangeNothing() => Check.One(Many, Prop.ForAll(Cases(), c =>
    {
        int[] left = [.. c.Left.Select(item => c.Right[item])];
        int[] right = [.. c.Right.Select(item => c.Right[item])];
        return Agreement.Overlap(c.Left, c.Right, c.Places) == Agreement.Overlap(left, right, c.Places)
            && Math.Abs(Agreement.RankBiasedOverlap(c.Left, c.Right, Persistence) - Agreement.RankBiasedOverlap(left, right, Persistence)) < 1e-9
            && Math.Abs(Agreement.KendallTau(c.Left, c.Right, c.Places) - Agreement.KendallTau(left, right, c.Places)) < 1e-9;
    }));

    [Fact]
    public void RankBiasedOverlap_SwapFurtherDown_DisturbsLess() => Check.One(Many, Prop.ForAll(Cases(), c =>
    {
        var scores = Enumerable.Range(0, c.Left.Length - 1).Select(place =>
        {
            int[] swapped = [.. c.Left];
            (swapped[place], swapped[place + 1]) = (swapped[place + 1], swapped[place]);
            return Agreement.RankBiasedOverlap(c.Left, swapped, Persistence);
        }).ToArray();
        return scores.Zip(scores.Skip(1)).All(pair => pair.First < pair.Second);
    }));

    private static Arbitrary<(int[] Left, int[] Right, int Places)> Cases() =>
        (from count in Gen.Choose(2, 25)
         from left in Gen.Shuffle(Enumerable.Range(0, count))
         from right in Gen.Shuffle(Enumerable.Range(0, count))
         from places in Gen.Choose(1, count)
         select (left.ToArray(), right.ToArray(), places)).ToArbitrary();
}
