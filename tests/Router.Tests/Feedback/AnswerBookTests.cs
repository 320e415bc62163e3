using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Feedback;
using Rerank.Dialects;
using Rerank.Router.Feedback;
using Rerank.Router.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.Router.Tiers;
using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Feedback;

public sealed class AnswerBookTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly AnswerBook _book;

    public AnswerBookTests() => _book = new AnswerBook(_time);

    [Fact]
    public void Find_WithinTheHour_KnowsTheAnswer()
    {
        var id = Remember();

        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull(_book.Find(id));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(_book.Find(id));
    }

    [Fact]
    public void Remember_MoreThanFit_ForgetsTheOldest()
    {
        var first = Remember();
        var second = Remember();
        for (var i = 0; i < FeedbackApi.MaxAnswers - 1; i++)
            Remember();

        Assert.Null(_book.Find(first));
        Assert.NotNull(_book.Find(second));
    }

    [Fact]
    public void Remember_IdIsUsedAgain_TheLaterAnswerStaysForItsOwnHour()
    {
        var id = Remember();
        _time.Advance(TimeSpan.FromMinutes(30));
        Remember(id);

        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull(_book.Find(id));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(_book.Find(id));
    }

    [Fact]
    public void Take_DocumentThatTheRequestDidNotHave_IsRefused()
    {
        var answer = _book.Find(Remember())!;

        var error = Assert.Throws<RequestException>(() => answer.Take([new(FeedbackType.Click, 1), new(FeedbackType.Click, 2)]));

        Assert.Equal("events[1] is about document 2, but the request had 2", error.Message);
    }

    private Guid Remember(Guid? id = null)
    {
        var table = Tables.Table([], []);
        var arm = new ServingArm { Role = ArmRole.Stable, Arm = table.Stable, Tiers = [], Activations = [] };
        var serving = new ServingTable { Table = table, Stable = arm, Confirmed = true, Clusters = [] };
        var outcome = new RankingOutcome
        {
            Results = [new RankedDocument(1, 0.5f), new RankedDocument(0, 0.1f)],
            Tier = "full",
            Model = "full",
            Judgement = new Judgement([1, 0], [new(0, -1), new(0, 0)], [0, 1], 2, LastTier: 0),
            Timings = [],
        };
        var chosen = id ?? Guid.NewGuid();
        _book.Remember(chosen.ToString(), new ArmChoice(serving, arm, Counts: false), outcome, documents: 2);
        return chosen;
    }
}
