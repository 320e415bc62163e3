using Rerank.Operator.Analysis;
using Rerank.Operator.Sources.Prometheus;

namespace Rerank.Operator.Tests.Sources.Prometheus;

public sealed class CountRulesTests
{
    [Fact]
    public void Of_FourCounts_AreBothArms() => Assert.Equal(new(new(90, 100), new(9, 10), null), CountRules.Of(Arm("s", 90, 100), Arm("c", 9, 10)));

    [Fact]
    public void Of_MoreSuccessesThanTrials_IsAnError() => Assert.Equal(
        "The queries of revision \"c\" give 11 successes of 10 trials: totalQuery must count successes too.",
        CountRules.Of(Arm("s", 90, 100), Arm("c", 11, 10)).Error);

    [Fact]
    public void Of_AQueryThatFailed_SaysWhich()
    {
        var failed = Arm("c", 1, 1) with { Trials = QueryAnswer.Failed("was not answered within 5 s") };

        Assert.Equal(ExternalCounts.Failed("totalQuery of revision \"c\" was not answered within 5 s."), CountRules.Of(Arm("s", 1, 1), failed));
    }

    [Theory]
    [InlineData(1000, 1000, true)]
    [InlineData(1000, 900, true)]
    [InlineData(1000, 899, false)]
    [InlineData(1000, 0, false)]
    [InlineData(12, 2, true)]
    [InlineData(12, 1, false)]
    [InlineData(0, 0, true)]
    public void NotFallen_TrialsBelowTheHighest_AreUsedUpToATenth(long highest, long trials, bool used)
    {
        var counts = new ExternalCounts(new(1, 5000), new(1, trials), null);

        var judged = CountRules.NotFallen(counts, new(5000, highest));

        Assert.Equal(used, judged == counts);
        Assert.Equal(used, judged.Error is null);
    }

    [Fact]
    public void NotFallen_StableFell_IsAnErrorToo()
    {
        var judged = CountRules.NotFallen(new(new(1, 3), new(1, 10), null), new(5000, 10));

        Assert.Equal("The trials of the stable revision fell from 5000 to 3: a counter was reset. Count with increase() over the window, which heeds resets.", judged.Error);
    }

    private static ArmAnswers Arm(string revision, long successes, long trials) => new(revision, new(successes, null), new(trials, null));
}
