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

    private ModelSpec Spec(string name) => TestModel.Named(name).InFolder(_folder);

    private static async Task AssertRefusedAsync(RunningHost host, ModelSet set, long inForce)
    {
        using var response = await host.PushAsync(set);
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        var error = await response.Content.ReadFromJsonAsync(ContractsJson.Default.AdminError, RunningHost.Cancelled);
        Assert.Equal(inForce, error!.Generation);
    }

    private async Task<HttpStatusCode> ScoreAsync(RunningHost host, string name)
    {
        var request = new ScoreRequest { Digest = Spec(name).Digest, Query = "q", Passages = ["1"] };
        using var response = await host.Main.PostAsJsonAsync(ScoreApi.Path, request, ContractsJson.Default.ScoreRequest, RunningHost.Cancelled);
        return response.StatusCode;
    }
}
