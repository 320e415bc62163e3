using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rerank.Operator.Analysis;
using Rerank.Operator.Run;
using Rerank.Operator.Sources.Prometheus;
using Rerank.TestKit;

namespace Rerank.Operator.Tests.Sources.Prometheus;

/// <summary>What a real Prometheus, which scrapes every second, makes of queries. Each test has series of its own.</summary>
public sealed class RealPrometheusTests(RealPrometheusFixture world) : IClassFixture<RealPrometheusFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_CountersThatCount_AreTheCounts()
    {
        foreach (var revision in (string[])["old", "new"])
        {
            world.Set(Series("served", revision, "good"), 0);
            world.Set(Series("served", revision, "bad"), 0);
        }

        var spec = PrometheusMetrics.Of(world.Address, Increase("served", "result=\"good\""), Increase("served"));
        // Nothing is lost to a first scrape that comes only after counting.
        await Eventually.Passes(async () => Assert.Equal(new(new(0, 0), new(0, 0), null), await ReadAsync(spec)), Stop);
        world.Add(Series("served", "old", "good"), 900);
        world.Add(Series("served", "old", "bad"), 100);
        world.Add(Series("served", "new", "good"), 60);
        world.Add(Series("served", "new", "bad"), 40);

        await Eventually.Passes(
            async () =>
            {
                var counts = await ReadAsync(spec);
                // increase() extrapolates to the window's ends, the same for successes and trials.
                Assert.InRange(counts.Stable!.Trials, 950, 2000);
                Assert.InRange(counts.Candidate!.Trials, 95, 200);
                Assert.InRange((double)counts.Stable.Successes / counts.Stable.Trials, 0.89, 0.91);
                Assert.InRange((double)counts.Candidate.Successes / counts.Candidate.Trials, 0.58, 0.62);
            },
            Stop);
    }

    [Fact]
    public async Task Read_ExporterRestarts_IncreaseGoesOn()
    {
        Both("reset", 0);
        var spec = PrometheusMetrics.Of(world.Address, Increase("reset"), Increase("reset"));
        await Eventually.Passes(async () => Assert.Null((await ReadAsync(spec)).Error), Stop);
        Both("reset", 500);
        await Eventually.Passes(async () => Assert.InRange((await ReadAsync(spec)).Candidate!.Trials, 475, 1000), Stop);

        Both("reset", 100);

        await Eventually.Passes(async () => Assert.InRange((await ReadAsync(spec)).Candidate!.Trials, 575, 1200), Stop);
    }

    [Fact]
    public async Task Read_NeverCounted_IsAnErrorUnlessTheQuerySaysZero()
    {
        Both("visits", 7);
        var ambiguous = PrometheusMetrics.Of(world.Address, "sum(refunds{revision=\"{{revision}}\"})", Now("visits"));
        var said = PrometheusMetrics.Of(world.Address, "sum(refunds{revision=\"{{revision}}\"}) or vector(0)", Now("visits"));

        await Eventually.Passes(async () => Assert.Equal(new(new(0, 7), new(0, 7), null), await ReadAsync(said)), Stop);
        Assert.StartsWith("successQuery of revision \"old\" returned no series: ", (await ReadAsync(ambiguous)).Error);
    }

    [Fact]
    public async Task Read_SeriesVanishes_IsAnError()
    {
        Both("short_lived", 7);
        var spec = PrometheusMetrics.Of(world.Address, Now("short_lived"), Now("short_lived"));
        await Eventually.Passes(async () => Assert.Equal(7, (await ReadAsync(spec)).Candidate?.Trials), Stop);

        world.Remove(Series("short_lived", "new", "good"));

        await Eventually.Passes(async () => Assert.Contains("returned no series", (await ReadAsync(spec)).Error), Stop);
    }

    [Theory]
    [InlineData("scalar(vector(0)) / 0", "gives NaN, which is no count")]
    [InlineData("scalar(vector(1)) / 0", "gives +Inf, which is no count")]
    [InlineData("vector(-4)", "gives -4, which is no count")]
    [InlineData("prometheus_build_info[1m]", "gives a matrix")]
    [InlineData("\"text\"", "gives a string")]
    [InlineData("vector(1) or label_replace(vector(2), \"a\", \"b\", \"\", \"\")", "returned 2 series")]
    [InlineData("sum(", "was answered with 400: bad_data: ")]
    [InlineData("vector(3)", "give 3 successes of 2 trials")]
    public async Task Read_NoCount_IsAnErrorInClearWords(string query, string expected)
    {
        var counts = await ReadAsync(PrometheusMetrics.Of(world.Address, query, "vector(2)"));

        Assert.Contains(expected, counts.Error);
        Assert.Null(counts.Candidate);
    }

    [Fact]
    public async Task Read_Scalar_IsACount() =>
        Assert.Equal(new(new(2, 3), new(2, 3), null), await ReadAsync(PrometheusMetrics.Of(world.Address, "scalar(vector(2))", "3.9")));

    private void Both(string name, double value)
    {
        world.Set(Series(name, "old", "good"), value);
        world.Set(Series(name, "new", "good"), value);
    }

    private static string Series(string name, string revision, string result) => $"{name}{{revision=\"{revision}\",result=\"{result}\"}}";

    private static string Increase(string name, string labels = "") => "sum(increase(" + name + "{revision=\"{{revision}}\"," + labels + "}[{{window}}]))";

    private static string Now(string name) => "sum(" + name + "{revision=\"{{revision}}\"})";

    private static async Task<ExternalCounts> ReadAsync(Api.AnalysisSpec spec) =>
        (await Source.ReadAsync(spec, "old", "new", TimeSpan.FromMinutes(1), Stop))[PrometheusMetrics.Name];

    private static readonly PrometheusSource Source = new ServiceCollection()
        .AddLogging()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(Options.Create(new OperatorOptions { PrometheusTimeout = TimeSpan.FromSeconds(30) }))
        .AddRerankControllers()
        .BuildServiceProvider()
        .GetRequiredService<PrometheusSource>();
}
