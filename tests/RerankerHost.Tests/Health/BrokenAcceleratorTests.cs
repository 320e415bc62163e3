using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Models;
using Rerank.Contracts.Scoring;
using Rerank.RerankerHost.Health;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Serving;
using Rerank.RerankerHost.Tests.Serving;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Health;

/// <summary>An accelerator that fails every run or ends none takes its host out of rotation, and the host comes back when it works again.</summary>
public sealed class BrokenAcceleratorTests : IAsyncLifetime
{
    private static readonly TimeSpan RunTimeout = TimeSpan.FromSeconds(120);

    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private BreakableModels _models = null!;
    private RunningHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new ServeOptions
        {
            Urls = ["http://127.0.0.1:0"],
            AdminUrls = ["http://127.0.0.1:0"],
            AdminTokenFile = _folder.Write("token", Encoding.UTF8.GetBytes(RunningHost.Token)),
            ModelDirectory = _folder["models"],
            RunTimeout = RunTimeout,
            Threads = 2,
        };
        _host = await RunningHost.StartAsync(options, services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            services.AddSingleton<IModelLoader>(provider => _models = new BreakableModels(provider.GetRequiredService<Scheduler>()));
        });
        await _host.ApplyAsync(RunningHost.Set(1, TestModel.Named("m").InFolder(_folder)));
        await _host.EventuallyAsync("m", ModelState.Ready);
    }

    public async ValueTask DisposeAsync()
    {
        _models.Release();
        await _host.DisposeAsync();
        _models.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task EveryRunFails_NotReady_UntilItIsLoadedAgainAndWorks()
    {
        await BreakAsync();

        var broken = await _host.EventuallyAsync("m", ModelState.Failed, ModelFailure.RunsFail);
        Assert.Equal(
            "8 runs in a row failed, the last by \"an illegal memory access was encountered\", and so did a pair that the model has scored before: the context is gone", broken.Message);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (await _host.GetAsync("/health/ready"), await _host.GetAsync("/health/live")));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await RerankAsync());
        await Eventually.True(() => _models.Freed == 1, RunningHost.Cancelled);

        _models.Accelerator = Accelerator.Works;
        await PassAsync(async () => (await _host.StatusAsync()).Ready);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, 2), (await _host.GetAsync("/health/ready"), await RerankAsync(), _models.Loads));
    }

    [Fact]
    public async Task OnlySomeTextsFail_StaysReady()
    {
        _models.Accelerator = Accelerator.FailsSomeTexts;
        for (var i = 0; i < 3 * RunWatch.MostFailures; i++)
            Assert.Equal(HttpStatusCode.FailedDependency, await RerankAsync());

        Assert.True((await _host.StatusAsync()).Ready);
        Assert.Equal(1, _models.Loads);
    }

    [Fact]
    public async Task OneRunWorksAmongThoseThatFail_IsCountedAnew()
    {
        _models.Accelerator = Accelerator.FailsEverything;
        for (var i = 1; i < RunWatch.MostFailures; i++)
            await RerankAsync();
        _models.Accelerator = Accelerator.Works;
        Assert.Equal(HttpStatusCode.OK, await RerankAsync());
        _models.Accelerator = Accelerator.FailsEverything;
        for (var i = 1; i < RunWatch.MostFailures; i++)
            await RerankAsync();

        Assert.True((await _host.StatusAsync()).Ready);
    }

    [Theory]
    [InlineData(ModelFailure.LoadFailed)]
    [InlineData(ModelFailure.ProviderUnavailable)]
    [InlineData(ModelFailure.GoldenMismatch)]
    public async Task CantBeLoadedAgain_NotLiveAfterThreeTries_AndTriedOn(string reason)
    {
        _models.LoadFailure = reason;
        await BreakAsync();

        await PassAsync(() => Task.FromResult(_models.Loads == Liveness.MostFailedReloads));
        Assert.Equal(HttpStatusCode.OK, await _host.GetAsync("/health/live"));
        await PassAsync(async () => await _host.GetAsync("/health/live") == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await _host.GetAsync("/v1/health/live"));

        (_models.LoadFailure, _models.Accelerator) = (null, Accelerator.Works);
        await PassAsync(async () => await _host.GetAsync("/health/live") == HttpStatusCode.OK);
        Assert.True((await _host.StatusAsync()).Ready);
    }

    [Fact]
    public async Task OnlyAnotherProviderWorks_IsNotServedOnIt()
    {
        _models.Provider = ExecutionProvider.CUDA;
        await _host.ApplyAsync(RunningHost.Set(2, TestModel.Named("g").InFolder(_folder)));
        await _host.EventuallyAsync("g", ModelState.Ready);
        _models.Provider = ExecutionProvider.CPU;
        await BreakAsync();
        _models.Accelerator = Accelerator.Works;

        var status = await PassAsync(async () => (await _host.StatusAsync()).Models[0] is { Reason: ModelFailure.ProviderUnavailable } lost ? lost : null);

        Assert.Equal("its runs on CUDA failed, and now only CPU works", status.Message);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await _host.GetAsync("/health/ready"));
    }

    [Fact]
    public async Task RunHangs_RequestsAreAnswered_ThenNotReady_ThenNotLive()
    {
        _models.Accelerator = Accelerator.Hangs;
        var waiting = SendAsync(timeoutMilliseconds: 5000);
        await Eventually.True(() => _models.Hanging == 1, RunningHost.Cancelled);

        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(HttpStatusCode.GatewayTimeout, await waiting.WaitAsync(TimeSpan.FromSeconds(30), RunningHost.Cancelled));
        Assert.Equal(HttpStatusCode.OK, await _host.GetAsync("/health/ready"));

        _time.Advance(RunTimeout);
        var status = (await _host.StatusAsync()).Models.Single();
        Assert.Equal((ModelState.Failed, ModelFailure.RunHangs), (status.State, status.Reason));
        Assert.Equal("a run of the model has not ended for 126 s; if it doesn't, the process is ended", status.Message);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (await _host.GetAsync("/health/ready"), await _host.GetAsync("/health/live")));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await RerankAsync());

        _time.Advance(RunTimeout);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await _host.GetAsync("/health/live"));

        _models.Release();
        await Eventually.True(async () => await _host.GetAsync("/health/ready") == HttpStatusCode.OK, RunningHost.Cancelled);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await _host.GetAsync("/health/live"), await RerankAsync()));
    }

    [Fact]
    public async Task ModelLeavesWhileItsRunHangs_MemoryStaysUntilTheRunEnds_AndTheHungWorkerIsSeen()
    {
        _models.Accelerator = Accelerator.Hangs;
        var waiting = SendAsync(timeoutMilliseconds: 5000);
        await Eventually.True(() => _models.Hanging == 1, RunningHost.Cancelled);
        _time.Advance(TimeSpan.FromSeconds(6));
        await waiting;

        _models.Accelerator = Accelerator.Works;
        await _host.ApplyAsync(RunningHost.Set(2, TestModel.Named("other").InFolder(_folder)));
        await _host.EventuallyAsync("other", ModelState.Ready);
        Assert.Equal((HttpStatusCode.OK, 0), (await RerankAsync(), _models.Freed));
        _time.Advance(2 * RunTimeout);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await _host.GetAsync("/health/live"));

        _models.Release();
        await Eventually.True(() => _models.Freed == 1, RunningHost.Cancelled);
        Assert.Equal(HttpStatusCode.OK, await _host.GetAsync("/health/live"));
    }

    private async Task BreakAsync()
    {
        _models.Accelerator = Accelerator.FailsEverything;
        for (var i = 0; i < RunWatch.MostFailures; i++)
            Assert.Equal(HttpStatusCode.FailedDependency, await RerankAsync());
        await Eventually.True(async () => !(await _host.StatusAsync()).Ready, RunningHost.Cancelled);
    }

    /// <summary>Lets time pass until something is so.</summary>
    private Task PassAsync(Func<Task<bool>> condition) => Eventually.True(
        async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return await condition();
        },
        RunningHost.Cancelled);

    private Task<ModelStatus> PassAsync(Func<Task<ModelStatus?>> find) => Eventually.Passes(
        async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var found = await find();
            Assert.NotNull(found);
            return found;
        },
        RunningHost.Cancelled);

    private Task<HttpStatusCode> RerankAsync() => SendAsync(timeoutMilliseconds: null);

    private async Task<HttpStatusCode> SendAsync(int? timeoutMilliseconds)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/rerank") { Content = new StringContent("""{"query":"a","texts":["b"]}""") };
        if (timeoutMilliseconds is { } milliseconds)
            request.Headers.Add(ScoreApi.TimeoutHeader, milliseconds.ToString());
        using var response = await _host.Main.SendAsync(request, RunningHost.Cancelled);
        return response.StatusCode;
    }
}
