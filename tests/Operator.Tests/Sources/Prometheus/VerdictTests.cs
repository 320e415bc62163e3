using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Run;
using Rerank.Operator.Sources.Prometheus;
using Rerank.Operator.Tests.Analysis;

namespace Rerank.Operator.Tests.Sources.Prometheus;

/// <summary>T55: whatever is wrong with the source of a metric, the step holds. It never passes for it, and never is a candidate taken out for it.</summary>
public sealed class VerdictTests : IAsyncLifetime
{
    private StubPrometheus _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await StubPrometheus.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(nameof(Fault.Slow))]
    [InlineData(nameof(Fault.NaN))]
    [InlineData(nameof(Fault.Empty))]
    [InlineData(nameof(Fault.WrongType))]
    [InlineData(nameof(Fault.Stale))]
    [InlineData(nameof(Fault.HttpError))]
    [InlineData(nameof(Fault.NotJson))]
    public async Task Verdict_SourceAtFault_IsUndecided(string fault)
    {
        _server.Answer = context => AnswerAsync(Enum.Parse<Fault>(fault), context);

        AssertHeld(Judge(await ReadAsync(limit: fault == nameof(Fault.Slow) ? TimeSpan.FromMilliseconds(200) : null)));
    }

    [Fact]
    public async Task Verdict_SourceDown_IsUndecided()
    {
        var address = _server.Address;
        await _server.StopAsync();

        AssertHeld(Judge(await ReadAsync(address)));
    }

    [Fact]
    public void Verdict_CounterReset_IsUndecided()
    {
        // After the reset, nearly all that the candidate did seems to have failed.
        var counts = new ExternalCounts(new(9_900, 10_000), new(1, 400), null);

        var judged = Judge(CountRules.NotFallen(counts, new(10_000, 5_000)));

        AssertHeld(judged);
        Assert.Equal(Verdict.Fail, Judge(counts).Verdict);
    }

    [Fact]
    public async Task Verdict_SourceWell_IsAboutItsCounts()
    {
        _server.Value = query => query.StartsWith("good", StringComparison.Ordinal) ? "9900" : "10000";
        Assert.Equal(Verdict.Pass, Judge(await ReadAsync()).Verdict);

        _server.Value = query => query switch
        {
            _ when query.StartsWith("all", StringComparison.Ordinal) => "10000",
            _ when query.Contains("old", StringComparison.Ordinal) => "9900",
            _ => "9000",
        };
        Assert.Equal(Verdict.Fail, Judge(await ReadAsync()).Verdict);
    }

    [Fact]
    public void Verdict_NotAnsweredYet_IsUndecidedForLackOfSamples()
    {
        var judged = Judge(new(new(0, 0), new(0, 0), null));

        Assert.Equal(Verdict.Undecided, judged.Verdict);
        Assert.True(judged.LacksData);
        Assert.False(judged.SourceFailed);
    }

    private static void AssertHeld(AnalysisResult judged)
    {
        Assert.Equal(Verdict.Undecided, judged.Verdict);
        Assert.True(judged.SourceFailed);
        Assert.Equal(PrometheusMetrics.Name, judged.Deciding?.Name);
    }

    private static async Task AnswerAsync(Fault fault, HttpContext context)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (fault == Fault.Slow)
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        context.Response.StatusCode = fault == Fault.HttpError ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        await context.Response.WriteAsync(fault switch
        {
            Fault.NaN => StubPrometheus.Vector("NaN"),
            Fault.Stale => StubPrometheus.Vector("5", now - TimeSpan.FromHours(1)),
            Fault.Empty => """{"status":"success","data":{"resultType":"vector","result":[]}}""",
            Fault.WrongType => """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"5"]]}]}}""",
            Fault.HttpError => """{"status":"error","errorType":"unavailable","error":"starting up"}""",
            _ => "<html>sign in</html>",
        });
    }

    private static AnalysisResult Judge(ExternalCounts counts)
    {
        var spec = PrometheusMetrics.Of("http://prometheus:9090");
        spec.Metrics.RemoveAll(m => m.Type != MetricType.Prometheus);
        return Judging.Judge(spec, EvidenceLedger.Empty("rev", 1), external: (PrometheusMetrics.Name, counts), isByKey: false);
    }

    private async Task<ExternalCounts> ReadAsync(string? address = null, TimeSpan? limit = null)
    {
        var source = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(Options.Create(new OperatorOptions { PrometheusTimeout = limit ?? TimeSpan.FromSeconds(30) }))
            .AddRerankControllers()
            .BuildServiceProvider()
            .GetRequiredService<PrometheusSource>();
        var read = await source.ReadAsync(PrometheusMetrics.Of(address ?? _server.Address), "old", "new", TimeSpan.FromMinutes(1), Stop);
        return read[PrometheusMetrics.Name];
    }

    private enum Fault
    {
        Slow,
        NaN,
        Empty,
        WrongType,
        Stale,
        HttpError,
        NotJson,
    }
}
