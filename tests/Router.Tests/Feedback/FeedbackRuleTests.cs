using FsCheck;
using FsCheck.Fluent;
using Rerank.Contracts.Evidence;
using Rerank.Router.Feedback;
using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Feedback;

public sealed class FeedbackRuleTests
{
    private static readonly ushort[] Shown = [3, 0, 2];

    [Fact]
    public void Add_Click_GivesTheRankOfItsDocument() =>
        Assert.Equal(new AnswerFeedback(true, 2, false, false), FeedbackRule.Add(default, [new(FeedbackType.Click, 0)], Shown));

    [Fact]
    public void Add_SeveralAtOnce_TheBestRankCounts() => Assert.Equal(
        new AnswerFeedback(true, 1, true, true),
        FeedbackRule.Add(default, [new(FeedbackType.Click, 2), new(FeedbackType.Reject, 0), new(FeedbackType.Accept, 3)], Shown));

    [Fact]
    public void Add_BetterRankLater_TheFirstStays() =>
        Assert.Equal(3, FeedbackRule.Add(new AnswerFeedback(true, 3, false, false), [new(FeedbackType.Click, 3)], Shown).FirstRank);

    [Fact]
    public void Add_ClickAfterAReject_TakesTheRank()
    {
        var rejected = FeedbackRule.Add(default, [new(FeedbackType.Reject, 3)], Shown);

        Assert.Equal(new AnswerFeedback(true, 0, false, true), rejected);
        Assert.Equal(new AnswerFeedback(true, 1, false, true), FeedbackRule.Add(rejected, [new(FeedbackType.Click, 3)], Shown));
    }

    [Fact]
    public void Add_DocumentThatWasNotShown_IsBeyondTheRanks() =>
        Assert.Equal(FeedbackEvidence.BeyondRanks, FeedbackRule.Add(default, [new(FeedbackType.Click, 1)], Shown).FirstRank);

    [Fact]
    public void Add_SameEventsAgain_ChangeNothing() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Batches(), Batches(), (first, second) =>
    {
        var once = FeedbackRule.Add(FeedbackRule.Add(default, first, Shown), second, Shown);
        return FeedbackRule.Add(FeedbackRule.Add(once, second, Shown), first, Shown) == once;
    }));

    private static Arbitrary<FeedbackEvent[]> Batches() =>
        (from type in Gen.Elements(FeedbackType.Click, FeedbackType.Accept, FeedbackType.Reject)
         from index in Gen.Choose(0, 5)
         select new FeedbackEvent(type, index)).NonEmptyListOf().Select(events => events.ToArray()).ToArbitrary();
}
