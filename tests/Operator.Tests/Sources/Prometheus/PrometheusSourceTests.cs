using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rerank.Operator.Analysis;
using Rerank.Operator.Run;
using Rerank.Operator.Sources.Prometheus;

namespace Rerank.Operator.Tests.Sources.Prometheus;

/// <summary>Against a server on loopback. Whatever it does, there are counts or an error, and never a wrong count.</summary>
public sealed class PrometheusSourceTests : IAsyncLifetime
{
    private StubPrometheus _server = null!;

    public async ValueTask InitializeAsync() => _server = await StubPrometheus.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Read_Answered_IsTheCountsOfBothRevisions()
    {
        _server.Value = query => query switch
        {
            "good{revision=\"old\"}[90s]" => "950.2",
            "all{revision=\"old\"}[90s]" => "1000.7",
            "good{revision=\"new\"}[90s]" => "48",
            "all{revision=\"new\"}[90s]" => "50",
            _ => "NaN",
        };

        var counts = await Source().ReadAsync(PrometheusMetrics.Of(_server.Address), "old", "new", TimeSpan.FromSeconds(90), Stop);

        Assert.Equal(new ExternalCounts(new(950, 1000), new(48, 50), null), Assert.Single(counts, c => c.Key == PrometheusMetrics.Name).Value);
        Assert.Single(counts);
        Assert.Equal(4, _server.Queries.Count);
    }

    [Fact]
    public async Task Read_SuccessesAndTrials_AreAskedForInThisOrder()
    {
        await ReadAsync();

        Assert.Equal(["good", "good", "all", "all"], _server.Queries.Select(q => q[..q.IndexOf('{', StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task Read_NobodyListens_IsAnError()
    {
        var address = _server.Address;
        await _server.StopAsync();

        Assert.StartsWith("successQuery of revision \"old\" could not be asked: ", await ErrorAsync(address));
    }

    [Fact]
    public async Task Read_NoAnswer_IsAnErrorAfterTheTimeLimit()
    {
        _server.Answer = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

        Assert.Equal("successQuery of revision \"old\" was not answered within 0.2 s.", await ErrorAsync(limit: TimeSpan.FromMilliseconds(200)));
    }

    [Fact]
    public async Task Read_HalfAnAnswer_IsAnErrorAfterTheTimeLimit()
    {
        _server.Answer = async context =>
        {
            await context.Response.WriteAsync("""{"status":"succ""", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };

        Assert.Contains("was not answered within 0.2 s", await ErrorAsync(limit: TimeSpan.FromMilliseconds(200)));
    }

    [Fact]
    public async Task Read_BrokenConnection_IsAnError()
    {
        _server.Answer = async context =>
        {
            await context.Response.WriteAsync("""{"status":"succ""", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
        };

        Assert.Contains("could not be asked", await ErrorAsync());
    }

    [Fact]
    public async Task Read_Redirected_IsNotFollowed()
    {
        _server.Answer = context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };

        Assert.Equal("successQuery of revision \"old\" was answered with 302.", await ErrorAsync());
    }

    [Fact]
    public async Task Read_Overloaded_HasTheServersWords()
    {
        _server.Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync("""{"status":"error","errorType":"timeout","error":"query timed out in query queue"}""");
        };

        Assert.Equal("successQuery of revision \"old\" was answered with 503: timeout: query timed out in query queue.", await ErrorAsync());
    }

    [Fact]
    public async Task Read_HugeAnswer_IsAnError()
    {
        _server.Answer = context => context.Response.WriteAsync(new string(' ', PrometheusClient.MaxAnswerBytes + 1));

        Assert.Contains("more than 1048576 bytes", await ErrorAsync());
    }

    [Theory]
    [InlineData("NaN", "gives NaN")]
    [InlineData("-1", "gives -1")]
    public async Task Read_NoCount_IsAnError(string value, string expected)
    {
        _server.Value = _ => value;

        Assert.Contains(expected, await ErrorAsync());
    }

    [Fact]
    public async Task Read_OldSamples_IsAnError()
    {
        _server.Answer = context => context.Response.WriteAsync(StubPrometheus.Vector("7", TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(6)));

        Assert.Contains("no longer the present one", await ErrorAsync());
    }

    [Fact]
    public async Task Read_NoAddress_IsAnError() => Assert.Contains("is no address", await ErrorAsync("http://prometheus:9999999"));

    [Fact]
    public async Task Read_OneOfTheFourFails_IsAnError()
    {
        _server.Value = query => query.StartsWith("all{revision=\"new\"", StringComparison.Ordinal) ? "NaN" : "5";

        Assert.Equal("totalQuery of revision \"new\" gives NaN, which is no count.", await ErrorAsync());
    }

    [Fact]
    public async Task Read_Cancelled_Throws()
    {
        _server.Answer = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        using var cancelled = new CancellationTokenSource();
        var read = Source().ReadAsync(PrometheusMetrics.Of(_server.Address), "old", "new", TimeSpan.Zero, cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<string?> ErrorAsync(string? address = null, TimeSpan? limit = null)
    {
        var counts = await ReadAsync(address, limit);
        Assert.Null(counts.Stable);
        Assert.Null(counts.Candidate);
        return counts.Error;
    }

    private async Task<ExternalCounts> ReadAsync(string? address = null, TimeSpan? limit = null) =>
        (await Source(limit).ReadAsync(PrometheusMetrics.Of(address ?? _server.Address), "old", "new", TimeSpan.FromSeconds(90), Stop))[PrometheusMetrics.Name];

    private static PrometheusSource Source(TimeSpan? limit = null) => new ServiceCollection()
        .AddLogging()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(Options.Create(new OperatorOptions { PrometheusTimeout = limit ?? TimeSpan.FromSeconds(30) }))
        .AddRerankControllers()
        .BuildServiceProvider()
        .GetRequiredService<PrometheusSource>();
}
