using Rerank.Router.Tiers;

namespace Rerank.Router.Tests.Tiers;

public sealed class JudgementTests
{
    [Fact]
    public void IsConstant_FivePassagesAlike_IsTrue() => Assert.True(Of(new(1, 2), new(1, 2), new(1, 2), new(1, 2), new(1, 2)).IsConstant());

    [Fact]
    public void IsConstant_OneDiffersByABit_IsFalse() => Assert.False(Of(new(1, 2), new(1, 2), new(1, MathF.BitIncrement(2)), new(1, 2), new(1, 2)).IsConstant());

    [Fact]
    public void IsConstant_FewerThanFiveWereJudgedByTheFullModel_IsUnknown() =>
        Assert.Null(Of(new(1, 2), new(1, 2), new(1, 2), new(1, 2), new(0, 2), new(0, 5)).IsConstant());

    [Fact]
    public void IsConstant_OnePassageManyTimes_IsUnknown()
    {
        var documents = Enumerable.Repeat(new DocumentScore(1, 2), 9).ToArray();

        Assert.Null(new Judgement(Ranking.Order(documents), documents, new int[9], DistinctPassages: 1, LastTier: 1).IsConstant());
    }

    [Fact]
    public void TopLogit_SeveralTiers_IsTheBestPlacedDocuments()
    {
        Assert.Equal(3, Of(new(0, 9), new(1, 3), new(1, 1)).TopLogit);
        Assert.Null(Of(new DocumentScore(Ranking.NoTier, 0)).TopLogit);
    }

    private static Judgement Of(params DocumentScore[] documents) =>
        new(Ranking.Order(documents), documents, [.. Enumerable.Range(0, documents.Length)], documents.Length, LastTier: 1);
}
