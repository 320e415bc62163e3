using System.Net;
using System.Net.Http.Json;
using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.Contracts.Scoring;
using Rerank.RerankerHost.Tests.Serving;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Models;

public sealed class ModelSetLifecycleTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly TestFolder _folder = new();
    private readonly FakeModels _models = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Ready_NeedsASetAndEveryRequiredModelOnly()
    {
        _models.Fail("candidate", ModelFailure.UnsupportedModel);
        await using var host = await RunningHost.StartAsync(_folder, _models);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await host.GetAsync("/health/ready"));
        Assert.Equal(HttpStatusCode.OK, await host.GetAsync("/health/live"));

        await host.ApplyAsync(RunningHost.Set(1, Spec("stable"), Spec("candidate") with { Required = false }));
        await host.EventuallyAsync("stable", ModelState.Ready);
        await host.EventuallyAsync("candidate", ModelState.Failed, ModelFailure.UnsupportedModel);

        Assert.Equal(HttpStatusCode.OK, await host.GetAsync("/health/ready"));
        Assert.Equal(HttpStatusCode.OK, await ScoreAsync(host, "stable"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ScoreAsync(host, "candidate"));
        Assert.True((await host.StatusAsync()).Ready);

        await host.ApplyAsync(RunningHost.Set(2, Spec("stable"), Spec("candidate")));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await host.GetAsync("/health/ready"));
    }

    [Fact]
    public async Task NewSet_WithTheSameContent_KeepsTheLoadedModel()
    {
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, Spec("a")));
        await host.EventuallyAsync("a", ModelState.Ready);

        await host.ApplyAsync(RunningHost.Set(2, Spec("a"), Spec("b")));
        await host.EventuallyAsync("b", ModelState.Ready);
        await host.ApplyAsync(RunningHost.Set(3, Spec("a") with { Name = "renamed" }, Spec("b")));

        Assert.Equal(ModelState.Ready, (await host.StatusAsync()).Models.Single(m => m.Name == "renamed").State);
        Assert.Equal(["a", "b"], _models.Loaded.Select(m => m.Name));
        Assert.Equal(HttpStatusCode.OK, await ScoreAsync(host, "a"));
    }

    [Fact]
    public async Task ModelThatIsGone_IsUnloadedOnlyAfterItsLastRequest()
    {
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, Spec("old")));
        await host.EventuallyAsync("old", ModelState.Ready);
        var old = Assert.Single(_models.Loaded);
        old.Close();
        var running = ScoreAsync(host, "old");
        await Eventually.True(() => old.Running == 1, RunningHost.Cancelled);

        await host.ApplyAsync(RunningHost.Set(2, Spec("new")));

        Assert.Equal(HttpStatusCode.NotFound, await ScoreAsync(host, "old"));
        Assert.False(old.Disposed);
        old.Open();
        Assert.Equal(HttpStatusCode.OK, await running);
        await Eventually.True(() => old.Disposed, RunningHost.Cancelled);
    }

    [Fact]
    public async Task ModelThatTakesLongToFree_HoldsUpNeitherAnswersNorHealthNorMetricsNorPushes()
    {
        using var freed = new ManualResetEventSlim();
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, Spec("idle"), Spec("busy")));
        await host.EventuallyAsync("idle", ModelState.Ready);
        await host.EventuallyAsync("busy", ModelState.Ready);
        var busy = _models.Loaded.Single(m => m.Name == "busy");
        foreach (var model in _models.Loaded)
            model.SlowToDispose = freed;
        busy.Close();
        var running = ScoreAsync(host, "busy");
        await Eventually.True(() => busy.Running == 1, RunningHost.Cancelled);

        try
        {
            await host.ApplyAsync(RunningHost.Set(2, Spec("new"))).WaitAsync(Soon, TimeProvider.System, RunningHost.Cancelled);
            await host.EventuallyAsync("new", ModelState.Ready).WaitAsync(Soon, TimeProvider.System, RunningHost.Cancelled);
            Assert.Equal(HttpStatusCode.OK, await host.GetAsync("/health/ready").WaitAsync(Soon, TimeProvider.System, RunningHost.Cancelled));
            Assert.Equal(HttpStatusCode.OK, await host.GetAsync("/metrics").WaitAsync(Soon, TimeProvider.System, RunningHost.Cancelled));
            busy.Open();
            Assert.Equal(HttpStatusCode.OK, await running.WaitAsync(Soon, TimeProvider.System, RunningHost.Cancelled));
            Assert.DoesNotContain(_models.Loaded, m => m.Disposed);
        }
        finally
        {
            freed.Set();
        }

        await Eventually.True(() => _models.Loaded.Count(m => m.Disposed) == 2, RunningHost.Cancelled);
    }

    [Fact]
    public async Task Stop_EndsOnceEveryModelIsFreed()
    {
        using var freed = new ManualResetEventSlim();
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, Spec("a")));
        await host.EventuallyAsync("a", ModelState.Ready);
        var model = Assert.Single(_models.Loaded);
        model.SlowToDispose = freed;

        var stopping = host.StopAsync();
        Assert.False(model.Disposed);
        freed.Set();
        await stopping;

        Assert.True(model.Disposed);
    }

    [Fact]
    public async Task Generation_OnlyRises()
    {
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(5, Spec("a")));

        await AssertRefusedAsync(host, RunningHost.Set(4, Spec("a")), 5);
        await AssertRefusedAsync(host, RunningHost.Set(5, Spec("b")), 5);
        await host.ApplyAsync(RunningHost.Set(5, Spec("a")));
        await host.ApplyAsync(RunningHost.Set(6, Spec("b")));

        var status = await host.StatusAsync();
        Assert.Equal((6, "b"), (status.Generation, Assert.Single(status.Models).Name));
    }

    [Fact]
    public async Task FailedLoad_IsTriedAgainWithTheNextSet()
    {
        _models.Fail("a", ModelFailure.GoldenMismatch);
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, Spec("a")));
        await host.EventuallyAsync("a", ModelState.Failed, ModelFailure.GoldenMismatch);

        _models.Fail("a", null);
        await host.ApplyAsync(RunningHost.Set(2, Spec("a")));

        await host.EventuallyAsync("a", ModelState.Ready);
    }

    [Fact]
    public async Task File_AtStart_IsInForceWithoutAPushAndTakesOneLater()
    {
        var json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(RunningHost.Set(7, Spec("a")), ContractsJson.Default.ModelSet);
        var file = _folder.Write("model-set.json", json);
        await using var host = await RunningHost.StartAsync(_folder, _models, change: o => o with { ModelSetFile = file });

        await host.EventuallyAsync("a", ModelState.Ready);
        Assert.Equal(7, (await host.StatusAsync()).Generation);

        await AssertRefusedAsync(host, RunningHost.Set(6, Spec("b")), 7);
        await host.ApplyAsync(RunningHost.Set(8, Spec("b")));
        await host.EventuallyAsync("b", ModelState.Ready);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("{\"generation\": 0}")]
    [InlineData(null)]
    public async Task File_WithoutASet_WaitsForAPush(string? content)
    {
        if (content is not null)
            _folder.Write("model-set.json", System.Text.Encoding.UTF8.GetBytes(content));
        await using var host = await RunningHost.StartAsync(_folder, _models, change: o => o with { ModelSetFile = _folder["model-set.json"] });
        Assert.Equal(0, (await host.StatusAsync()).Generation);

        await host.ApplyAsync(RunningHost.Set(1, Spec("a")));

        await host.EventuallyAsync("a", ModelState.Ready);
    }

    [Fact]
    public async Task Limits_OfTheSet_HoldWhereTheyAreLargerThanTheHosts()
    {
        var models = new FakeModels { MostPassages = 10_000 };
        await using var host = await RunningHost.StartAsync(_folder, models, change: o => o with { Limits = new() { MaxDocuments = 10, MaxBodyBytes = 100_000 } });
        await host.ApplyAsync(RunningHost.Set(1, Spec("a")));
        await host.EventuallyAsync("a", ModelState.Ready);
        Assert.Equal(HttpStatusCode.OK, await ScoreAsync(host, "a", passages: 10));
        Assert.Equal(HttpStatusCode.BadRequest, await ScoreAsync(host, "a", passages: 11));

        await host.ApplyAsync(RunningHost.Set(2, Spec("a")) with { Limits = new() { MaxDocuments = 1500, MaxBodyBytes = 50_000, RequestTimeoutMilliseconds = 120_000 } });

        Assert.Equal(HttpStatusCode.OK, await ScoreAsync(host, "a", passages: 1500));
        Assert.Equal(HttpStatusCode.BadRequest, await ScoreAsync(host, "a", passages: 1501));
        using var info = System.Text.Json.JsonDocument.Parse(await host.Main.GetStringAsync("/info", RunningHost.Cancelled));
        Assert.Equal(1500, info.RootElement.GetProperty("max_client_batch_size").GetInt32());

        await host.ApplyAsync(RunningHost.Set(3, Spec("a")));
        Assert.Equal(HttpStatusCode.BadRequest, await ScoreAsync(host, "a", passages: 11));
    }

    [Fact]
    public async Task Limits_TextsThatGrowWhenTheyAreEscaped_AreTaken()
    {
        const int Limit = 100_000;
        await using var host = await RunningHost.StartAsync(_folder, _models, change: o => o with { Limits = new() { MaxBodyBytes = Limit } });
        await host.ApplyAsync(RunningHost.Set(1, Spec("a")));
        await host.EventuallyAsync("a", ModelState.Ready);

        // What a caller may send in as many bytes as are allowed is three times as long as a router writes it.
        var emoji = string.Concat(Enumerable.Repeat("\U0001F600", Limit / 4));
        Assert.Equal(HttpStatusCode.OK, await ScoreAsync(host, "a", passages: 1, query: emoji));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(10_001, 1, 1)]
    [InlineData(1, 1L << 40, 1)]
    [InlineData(1, 1, 600_001)]
    public async Task Limits_BeyondWhatPipelinesMayAllow_AreRefused(int documents, long bytes, int milliseconds)
    {
        await using var host = await RunningHost.StartAsync(_folder, _models);

        using var refused = await host.PushAsync(
            RunningHost.Set(1, Spec("a")) with { Limits = new() { MaxDocuments = documents, MaxBodyBytes = bytes, RequestTimeoutMilliseconds = milliseconds } });

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("limits: must be from 1 to 10000 documents", await refused.Content.ReadAsStringAsync(RunningHost.Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestId_OfTheCaller_IsTheAnswers()
    {
        await using var host = await RunningHost.StartAsync(_folder, _models);
        await host.ApplyAsync(RunningHost.Set(1, Spec("a")));
        await host.EventuallyAsync("a", ModelState.Ready);
        using var message = new HttpRequestMessage(HttpMethod.Post, "/rerank") { Content = new StringContent("""{"query":"q","texts":["1"]}""") };
        message.Headers.Add(ScoreApi.RequestIdHeader, "01a21233-d446-7fd0-aac2-cf1d0f5753fa");

        using var response = await host.Main.SendAsync(message, RunningHost.Cancelled);

        Assert.Equal("01a21233-d446-7fd0-aac2-cf1d0f5753fa", response.Headers.GetValues(ScoreApi.RequestIdHeader).Single());
    }

    private ModelSpec Spec(string name) => TestModel.Named(name).InFolder(_folder);

    private static async Task AssertRefusedAsync(RunningHost host, ModelSet set, long inForce)
    {
        using var response = await host.PushAsync(set);
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        var error = await response.Content.ReadFromJsonAsync(WireJson.Default.AdminError, RunningHost.Cancelled);
        Assert.Equal(inForce, error!.Generation);
    }

    private async Task<HttpStatusCode> ScoreAsync(RunningHost host, string name, int passages = 1, string query = "q")
    {
        var request = new ScoreRequest { Digest = Spec(name).Digest, Query = query, Passages = [.. Enumerable.Repeat("1", passages)] };
        using var response = await host.Main.PostAsJsonAsync(ScoreApi.Path, request, WireJson.Default.ScoreRequest, RunningHost.Cancelled);
        return response.StatusCode;
    }
}
