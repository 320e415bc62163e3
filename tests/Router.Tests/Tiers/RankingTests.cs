using FsCheck;
using FsCheck.Fluent;
using Rerank.Contracts.Models;
using Rerank.Router.Tiers;

namespace Rerank.Router.Tests.Tiers;

public sealed class RankingTests
{
    private static readonly Activation[] Sigmoids = [Activation.Sigmoid, Activation.Sigmoid, Activation.Sigmoid];

    [Fact]
    public void Order_SeveralTiers_NeverInterleaves()
    {
        DocumentScore[] documents = [new(0, 9), new(1, -3), new(0, 10), new(1, 2), new(1, 2), new(Ranking.NoTier, 0)];

        Assert.Equal([3, 4, 1, 2, 0, 5], Ranking.Order(documents));
    }

    [Fact]
    public void Show_LowerTierScoresHigher_IsCapped()
    {
        DocumentScore[] documents = [new(0, 5), new(1, 0), new(1, 1)];

        var shown = Ranking.Show(Ranking.Order(documents), documents, Sigmoids, raw: false, 3);

        Assert.Equal([2, 1, 0], shown.Select(result => result.Index));
        Assert.Equal(0.5f, shown[1].Score);
        Assert.Equal(0.5f, shown[2].Score);
    }

    [Fact]
    public void Show_RawAndIdentity_AreLogits()
    {
        DocumentScore[] documents = [new(0, 5), new(0, -7)];

        Assert.Equal([5f, -7f], Ranking.Show([0, 1], documents, Sigmoids, raw: true, 2).Select(result => result.Score));
        Assert.Equal([5f, -7f], Ranking.Show([0, 1], documents, [Activation.Identity], raw: false, 2).Select(result => result.Score));
    }

    [Fact]
    public void Show_AnyScores_NeverRisesAndIsSortedWithinItsTier() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
        (from tier in Gen.Choose(-1, 2) from logit in Gen.Choose(-100, 100) select new DocumentScore(tier, tier < 0 ? 0 : logit / 5f)).ListOf().ToArbitrary(),
        documents =>
        {
            var order = Ranking.Order([.. documents]);
            var shown = Ranking.Show(order, [.. documents], Sigmoids, raw: false, documents.Count);
            var pairs = order.Zip(order.Skip(1)).ToArray();
            return order.Order().SequenceEqual(Enumerable.Range(0, documents.Count))
                && pairs.All(pair => documents[pair.First].Tier >= documents[pair.Second].Tier)
                && pairs.All(pair => documents[pair.First].Tier > documents[pair.Second].Tier || documents[pair.First].Logit >= documents[pair.Second].Logit)
                && shown.Zip(shown.Skip(1)).All(pair => pair.First.Score >= pair.Second.Score);
        }));
}
