using FsCheck;
using FsCheck.Fluent;
using Rerank.Router.Shadow;

namespace Rerank.Router.Tests.Shadow;

public sealed class ShadowBudgetTests
{
    [Fact]
    public void TryTake_AfterTheBurst_WaitsForAnswers()
    {
        var budget = new ShadowBudget();
        Assert.True(budget.TryTake(ShadowBudget.Burst));
        Assert.False(budget.TryTake(1));

        budget.Earn(5, permille: 200);

        Assert.True(budget.TryTake(1));
        Assert.False(budget.TryTake(1));
    }

    [Fact]
    public void GiveBack_WhatWasNotNeeded_IsThereAgain()
    {
        var budget = new ShadowBudget();
        Assert.True(budget.TryTake(ShadowBudget.Burst));
        budget.GiveBack(1);

        Assert.True(budget.TryTake(1));
    }

    [Fact]
    public void TryTake_AnyTraffic_KeepsTheShare() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
        (from permille in Gen.Choose(0, 1000)
         from requests in Gen.Choose(1, 3000).ListOf(200)
         select (permille, requests)).ToArbitrary(),
        c =>
        {
            var budget = new ShadowBudget();
            long answered = 0, compared = 0;
            return c.requests.All(pairs =>
            {
                answered += pairs;
                budget.Earn(pairs, c.permille);
                if (budget.TryTake(pairs))
                    compared += pairs;
                return compared <= ShadowBudget.Burst + c.requests.Max() + answered * c.permille / 1000.0;
            });
        }));
}
