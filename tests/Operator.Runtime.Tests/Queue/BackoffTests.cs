using Rerank.Operator.Runtime.Queue;

namespace Rerank.Operator.Runtime.Tests.Queue;

public sealed class BackoffTests
{
    private readonly Backoff<int> _backoff = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(5));

    [Fact]
    public void Next_FailuresInARow_DoublesUpToTheMaximum()
    {
        var delays = Enumerable.Range(0, 20).Select(_ => _backoff.Next(1).TotalMilliseconds).ToArray();

        Assert.Equal([50, 100, 200, 400, 800], delays[..5]);
        Assert.Equal(300_000, delays[^1]);
    }

    [Fact]
    public void Next_ThousandsOfFailures_StaysAtTheMaximum()
    {
        var delays = Enumerable.Range(0, 5000).Select(_ => _backoff.Next(1)).ToArray();

        Assert.All(delays[20..], d => Assert.Equal(TimeSpan.FromMinutes(5), d));
    }

    [Fact]
    public void Next_WithJitter_TakesUpToAFifthOff()
    {
        var backoff = new Backoff<int>(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), new Jitter(new Random(1)));

        var delays = Enumerable.Range(0, 200).Select(_ => backoff.Next(1).TotalSeconds).ToArray();

        Assert.All(delays, d => Assert.InRange(d, 0.8, 1));
        Assert.True(delays.Max() - delays.Min() > 0.1, $"{delays.Min()} to {delays.Max()}");
    }

    [Fact]
    public void Next_WithALimitOfItsOwn_StaysWithinIt()
    {
        var delays = Enumerable.Range(0, 20).Select(_ => _backoff.Next(1, TimeSpan.FromSeconds(5))).ToArray();

        Assert.Equal(TimeSpan.FromSeconds(5), delays[^1]);
    }

    [Fact]
    public void Next_AnotherKey_StartsAnew()
    {
        _backoff.Next(1);
        _backoff.Next(1);

        Assert.Equal(50, _backoff.Next(2).TotalMilliseconds);
    }

    [Fact]
    public void Forget_AfterFailures_StartsAnew()
    {
        _backoff.Next(1);
        _backoff.Next(1);

        _backoff.Forget(1);

        Assert.Equal(0, _backoff.Failures(1));
        Assert.Equal(50, _backoff.Next(1).TotalMilliseconds);
    }
}
