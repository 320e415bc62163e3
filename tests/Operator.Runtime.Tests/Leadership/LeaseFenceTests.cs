using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Runtime.Leadership;

namespace Rerank.Operator.Runtime.Tests.Leadership;

public sealed class LeaseFenceTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RuntimeOptions _options = new();

    [Fact]
    [Trait("Fault", "T20")]
    public void Check_LeaseNotRenewedForItsDuration_HoldsWritesBackUntilItIs()
    {
        var fence = new LeaseFence(Options.Create(_options), _time);
        fence.Renewed(_time.GetTimestamp());
        _time.Advance(_options.LeaderElection.LeaseDuration - TimeSpan.FromSeconds(1));
        fence.Check();

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Throws<LeaseExpiredException>(fence.Check);

        fence.Renewed(_time.GetTimestamp());
        fence.Check();
    }

    [Fact]
    public void Check_WithoutElection_HoldsNothingBack()
    {
        _options.LeaderElection.Enabled = false;
        var fence = new LeaseFence(Options.Create(_options), _time);
        fence.Renewed(_time.GetTimestamp());
        _time.Advance(TimeSpan.FromHours(1));

        fence.Check();
    }
}
