using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;
using Rerank.Operator.Sources.Prometheus;

namespace Rerank.Operator.Tests.Sources.Prometheus;

public sealed class PrometheusLooksTests : IDisposable
{
    private static readonly ObjectKey Pipeline = new("shop", "search");
    private static readonly ExternalCounts Nothing = new(new(0, 0), new(0, 0), null);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly FakePrometheus _server;
    private readonly PrometheusLooks _looks;
    private readonly DateTimeOffset _since;
    private readonly AnalysisSpec _spec = PrometheusMetrics.Of("http://prometheus:9090");

    public PrometheusLooksTests()
    {
        _server = new(_time);
        _since = _time.GetUtcNow();
        _looks = new(new(new(_server, Options.Create(new OperatorOptions()), _time)), _time);
    }

    public void Dispose()
    {
        _looks.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void Read_FirstTime_IsNoSamplesUntilTheServerHasAnswered()
    {
        _server.IsSlow = true;
        Assert.Equal(Nothing, Read());

        _server.AnswerAll();
        Assert.Equal(new(new(100, 100), new(100, 100), null), Read());
    }

    [Fact]
    public void Read_ServerNeverAnswers_IsAnErrorAfterTheTimeLimit()
    {
        _server.IsSlow = true;
        Read();

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("successQuery of revision \"old\" was not answered within 5 s.", Read().Error);
    }

    [Fact]
    public void Read_EverySecond_AsksEveryTenSeconds()
    {
        for (var second = 0; second < 30; second++)
        {
            Read();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3 * 4, _server.Asked);
    }

    [Fact]
    public void Read_WhileALookIsUnderWay_StartsNoOther()
    {
        Read();
        _server.IsSlow = true;
        Later(10);
        Later(4);

        Assert.Equal(4 + 2, _server.Asked);
    }

    [Fact]
    public void Read_ServerGoesDown_IsAnErrorAndThenCountsAgain()
    {
        Assert.Null(Read().Error);

        _server.IsDown = true;
        Assert.NotNull(Later(10).Error);

        _server.IsDown = false;
        Assert.Equal(new(new(100, 100), new(100, 100), null), Later(10));
    }

    [Fact]
    public void Read_CounterReset_IsAnErrorUntilCountsHaveCaughtUp()
    {
        _server.Count = 1000;
        Assert.Null(Read().Error);

        _server.Count = 3;
        Assert.Contains("fell from 1000 to 3", Later(10).Error);
        _server.Count = 800;
        Assert.Contains("fell from 1000 to 800", Later(10).Error);
        _server.Count = 1100;
        Assert.Equal(new(new(1100, 1100), new(1100, 1100), null), Later(10));
    }

    [Fact]
    public void Read_AnotherTry_StartsOver()
    {
        _server.Count = 1000;
        Read();
        _server.Count = 3;
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(new(new(3, 3), new(3, 3), null), Read(since: _time.GetUtcNow()));
    }

    [Fact]
    public void Read_OtherQueries_AreAskedAtOnce()
    {
        Read();
        _server.Count = 200;

        var counts = _looks.Read(Pipeline, PrometheusMetrics.Of("http://prometheus:9090", total: "sum(all)"), "old", "new", _since);

        Assert.Equal(200, counts[PrometheusMetrics.Name].Candidate!.Trials);
    }

    [Fact]
    public void Read_AfterForget_AsksAnew()
    {
        Read();
        _looks.Forget(Pipeline);
        Read();

        Assert.Equal(8, _server.Asked);
    }

    [Fact]
    public void Forget_WhileALookIsUnderWay_EndsIt()
    {
        _server.IsSlow = true;
        Read();

        _looks.Forget(Pipeline);

        Assert.Equal(0, _server.Waiting);
    }

    [Fact]
    public void Read_TwoPipelines_AskedApart()
    {
        Read();
        _looks.Read(new("shop", "other"), _spec, "old", "new", _since);

        Assert.Equal(8, _server.Asked);
    }

    [Fact]
    public void Read_NoPrometheusMetric_AsksNobody()
    {
        Assert.Empty(_looks.Read(Pipeline, new(), "old", "new", _since));
        Assert.Equal(0, _server.Asked);
    }

    private ExternalCounts Later(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        return Read();
    }

    private ExternalCounts Read(DateTimeOffset? since = null) => _looks.Read(Pipeline, _spec, "old", "new", since ?? _since)[PrometheusMetrics.Name];

    /// <summary>Answers at once, all queries alike, or when it is told to.</summary>
    private sealed class FakePrometheus(TimeProvider time) : HttpMessageHandler, IHttpClientFactory
    {
        private readonly List<TaskCompletionSource> _waiting = [];

        public long Count { get; set; } = 100;

        public bool IsDown { get; set; }

        public bool IsSlow { get; set; }

        public int Asked { get; private set; }

        public int Waiting => _waiting.Count(w => !w.Task.IsCompleted);

        public void AnswerAll()
        {
            IsSlow = false;
            foreach (var waiting in _waiting)
                waiting.TrySetResult();
        }

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked++;
            if (IsDown)
                throw new HttpRequestException("Connection refused");
            if (IsSlow)
            {
                var answer = new TaskCompletionSource();
                _waiting.Add(answer);
                using var cancelled = cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken));
                await answer.Task;
            }

            return new(HttpStatusCode.OK) { Content = new StringContent(StubPrometheus.Vector($"{Count}", time.GetUtcNow())) };
        }
    }
}
