using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Rerank.Programs.Telemetry;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Telemetry;

public sealed class GoneRevisionsTests
{
    [Fact]
    [Trait("Fault", "A23")]
    public async Task Series_OfARevisionThatIsGone_StayForAWhileAndGo()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var full = await StubHost.StartAsync("full");
        var table = Tables.Table([Tables.Model("full")], [Tables.Cluster("full", full.Address)]);
        await using var router = await RunningRouter.StartAsync(table, null, services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time)));
        (await router.CohereAsync("q", ["a full=1"])).HasOrder(0);
        await router.PushAsync(table with { Generation = 2, Stable = table.Stable with { Revision = "r2" } });
        (await router.CohereAsync("q", ["a full=1"])).HasOrder(0);

        await router.MetricsAsync();
        time.Advance(GoneSeries.Kept - TimeSpan.FromSeconds(1));
        Assert.Contains("revision=\"r1\"", await router.MetricsAsync(), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(1));
        var metrics = await router.MetricsAsync();

        Assert.DoesNotContain("revision=\"r1\"", metrics, StringComparison.Ordinal);
        Assert.Contains("rerank_router_tier_duration_seconds_count{tier=\"full\",revision=\"r2\"} 1\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public void Forget_ManyNames_KeepsTheLastThatWent()
    {
        var time = new FakeTimeProvider();
        var gone = new GoneSeries(time);
        var counted = new List<string>();
        for (var i = 0; i <= GoneSeries.MostKept; i++)
        {
            counted.Add($"r{i}");
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(i < GoneSeries.MostKept ? [] : ["r0"], gone.Forget(new HashSet<string> { "now" }, counted));
        }
    }

    [Fact]
    public void Forget_NameThatCameBack_StartsAnew()
    {
        var time = new FakeTimeProvider();
        var gone = new GoneSeries(time);
        gone.Forget(new HashSet<string>(), ["a"]);
        time.Advance(TimeSpan.FromMinutes(14));
        gone.Forget(new HashSet<string> { "a" }, ["a"]);
        time.Advance(TimeSpan.FromMinutes(14));

        Assert.Empty(gone.Forget(new HashSet<string>(), ["a"]));
    }
}
