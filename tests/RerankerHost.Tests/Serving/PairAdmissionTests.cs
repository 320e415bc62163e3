using Microsoft.Extensions.Time.Testing;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Tests.Serving;

public sealed class PairAdmissionTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void RetryAfterSeconds_WithoutHistory_IsOne() => Assert.Equal(1, new PairAdmission(10, _time).RetryAfterSeconds());

    [Fact]
    public void RetryAfterSeconds_FollowsTheRecentRate()
    {
        var admission = new PairAdmission(1000, _time);
        for (var second = 0; second < 10; second++)
        {
            Assert.True(admission.TryEnter(20));
            admission.Leave(20, 20);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.True(admission.TryEnter(360));

        Assert.Equal(10, admission.RetryAfterSeconds());
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, admission.RetryAfterSeconds());
    }

    [Fact]
    public void TryEnter_AtTheLimit_RefusesUntilOthersLeave()
    {
        var admission = new PairAdmission(10, _time);
        Assert.True(admission.TryEnter(8));

        Assert.False(admission.TryEnter(3));
        Assert.True(admission.TryEnter(2));
        admission.Leave(8, 0);
        Assert.True(admission.TryEnter(3));
        Assert.Equal(5, admission.Pending);
    }
}
