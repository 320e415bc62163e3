using FsCheck;
using FsCheck.Fluent;
using Rerank.Contracts.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.Router.Tiers;

namespace Rerank.Router.Tests.Tiers;

public sealed class EscalationRuleTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(1000);

    private static readonly Gen<float[]> Logits = Gen.Choose(-500, 500).Select(milli => milli / 100f).ListOf().Select(list => list.ToArray());

    [Fact]
    public void Select_Always_HandsOnEverything() => Assert.Equal([0, 1, 2], EscalationRule.Select([3, 1, 2], Tables.Always, topN: 1));

    [Fact]
    public void Select_NoMoreDocumentsThanPlaces_HandsOnEverything() => Assert.Equal([0, 1], EscalationRule.Select([3, 1], Tables.Margin(100, topK: 2), topN: null));

    [Fact]
    public void Select_ClearGapBelowThePlaces_HandsOnNothing() => Assert.Empty(EscalationRule.Select([1, 5, 4, 0], Tables.Margin(3000, topK: 2), topN: null));

    [Fact]
    public void Select_CloseCall_HandsOnThePlacesAndWhatIsWithinTheMargin() =>
        Assert.Equal([1, 2, 3], EscalationRule.Select([1, 5, 4, 3.5f, 0], Tables.Margin(1000, topK: 2), topN: null));

    [Fact]
    public void Select_RequestSaysTopN_GoesBeforeTopK() => Assert.Equal([0, 1], EscalationRule.Select([5, 4.5f, 0, -5], Tables.Margin(1000, topK: 2), topN: 1));

    [Fact]
    public void Select_NothingSaid_TenPlacesMatter() =>
        Assert.Equal(11, EscalationRule.Select([.. Enumerable.Range(0, 11).Select(i => i * 0f)], new Escalation { Type = EscalationType.Margin, MarginMilli = 1 }, null).Length);

    [Fact]
    public void Select_AnyScores_DependsOnScoresOnly() => Check.One(Many, Prop.ForAll(Cases(), c =>
    {
        var shuffled = Enumerable.Range(0, c.Logits.Length).OrderBy(i => HashCode.Combine(i, c.Places)).ToArray();
        var direct = EscalationRule.Select(c.Logits, Tables.Margin(c.Margin, c.Places), null);
        var moved = EscalationRule.Select([.. shuffled.Select(i => c.Logits[i])], Tables.Margin(c.Margin, c.Places), null);
        return direct.SequenceEqual(moved.Select(position => shuffled[position]).Order());
    }));

    [Fact]
    public void Select_LargerMargin_NeverHandsOnLess() => Check.One(Many, Prop.ForAll(Cases(), c =>
    {
        var less = EscalationRule.Select(c.Logits, Tables.Margin(c.Margin, c.Places), null);
        var more = EscalationRule.Select(c.Logits, Tables.Margin(c.Margin + 250, c.Places), null);
        return less.All(more.Contains);
    }));

    [Fact]
    public void Select_AnyScores_HandsOnNothingOrAtLeastThePlacesThatMatter() => Check.One(Many, Prop.ForAll(Cases(), c =>
    {
        var chosen = EscalationRule.Select(c.Logits, Tables.Margin(c.Margin, c.Places), null);
        var best = Enumerable.Range(0, c.Logits.Length).OrderByDescending(i => c.Logits[i]).ThenBy(i => i).Take(c.Places);
        return chosen.Length == 0 || best.All(chosen.Contains);
    }));

    private static Arbitrary<(float[] Logits, int Margin, int Places)> Cases() =>
        (from logits in Logits
         from margin in Gen.Choose(0, 4000)
         from places in Gen.Choose(1, 12)
         select (logits, margin, places)).ToArbitrary();
}
