using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Runtime.Caching;

namespace Rerank.Operator.Runtime.Tests.Caching;

public sealed class RetryDelayTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Next_AgainAndAgain_DoublesWithJitterUpToThirtySeconds()
    {
        var retry = new RetryDelay(new Jitter(new Random(7)), _time);

        for (var least = 0.8; least < 30; least *= 2)
            Assert.InRange(retry.Next().TotalSeconds, Math.Min(least, 30), Math.Min(2 * least, 30));
        Assert.Equal(30, retry.Next().TotalSeconds);
    }

    [Fact]
    public void Next_AfterTwoQuietMinutes_IsShortAgain()
    {
        var retry = new RetryDelay(new Jitter(new Random(7)), _time);
        for (var i = 0; i < 8; i++)
            retry.Next();

        _time.Advance(TimeSpan.FromSeconds(121));

        Assert.InRange(retry.Next().TotalSeconds, 0.8, 1.6);
    }

    [Fact]
    public void Next_TwoClients_DoNotActInStep()
    {
        var one = new RetryDelay(new Jitter(new Random(1)), _time);
        var two = new RetryDelay(new Jitter(new Random(2)), _time);

        Assert.NotEqual(one.Next(), two.Next());
    }
}
