using System.Net.Http.Json;
using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.Contracts.Scoring;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Serving;
using Rerank.RerankerHost.Sources;
using Rerank.RerankerHost.Tests.Inference;
using Rerank.RerankerHost.Tests.Serving;

namespace Rerank.RerankerHost.Tests.Models;

/// <summary>A real model that prefers CUDA, on a machine without it: what is told to the operator, to people and to routers.</summary>
public sealed class PassedOverTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public PassedOverTests() => MachineWithoutCuda.Require();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Model_ThatPrefersCuda_RunsOnTheCpuAndSaysWhy()
    {
        await using var host = await StartAsync();
        var spec = await DescribeAsync(ExecutionProvider.CUDA, ExecutionProvider.CPU);
        await host.ApplyAsync(RunningHost.Set(1, spec));

        var status = await host.EventuallyAsync(spec.Name, ModelState.Ready);
        Assert.Equal((ExecutionProvider.CPU, $"runs on CPU: {MachineWithoutCuda.Cause}"), (status.ExecutionProvider, status.Message));

        var info = (await host.Main.GetFromJsonAsync<JsonElement>("/info", RunningHost.Cancelled)).GetProperty("models")[0];
        Assert.Equal(
            ("CPU", MachineWithoutCuda.Cause, "CPU"),
            (info.GetProperty("executionProvider").GetString(), info.GetProperty("passedOver").GetString(), info.GetProperty("scoredBy").GetString()));

        using var scores = await host.Main.PostAsJsonAsync(ScoreApi.Path, new { digest = spec.Digest, query = "a", passages = new[] { "b" } }, RunningHost.Cancelled);
        Assert.Equal("CPU", Assert.Single(scores.Headers.GetValues(ScoreApi.ScoredByHeader)));
    }

    [Fact]
    public async Task Model_ThatDemandsCuda_FailsWithTheCause()
    {
        await using var host = await StartAsync();
        var spec = await DescribeAsync(ExecutionProvider.CUDA);
        await host.ApplyAsync(RunningHost.Set(1, spec));

        var status = await host.EventuallyAsync(spec.Name, ModelState.Failed, ModelFailure.ProviderUnavailable);

        Assert.Equal($"the model may run on CUDA only: {MachineWithoutCuda.Cause}", status.Message);
    }

    [Fact]
    public async Task Digest_OfAModelByHand_HasItsProviders()
    {
        var digests = new[]
        {
            (await DescribeAsync(ExecutionProvider.CUDA, ExecutionProvider.CPU)).Digest,
            (await DescribeAsync(ExecutionProvider.CUDA)).Digest,
            (await DescribeAsync(ExecutionProvider.CPU)).Digest,
        };

        Assert.Equal(3, digests.Distinct().Count());
    }

    private static Task<ModelSpec> DescribeAsync(params ExecutionProvider[] providers) =>
        new HandServedModel(new FileHashes()).DescribeAsync(TestFiles.Model("tiny"), providers, LastLayer.Auto, RunningHost.Cancelled);

    private Task<RunningHost> StartAsync() => RunningHost.StartAsync(new ServeOptions
    {
        Urls = ["http://127.0.0.1:0"],
        AdminUrls = ["http://127.0.0.1:0"],
        AdminTokenFile = _folder.Write("token", "admin-token\n"u8),
        ModelDirectory = _folder["models"],
    });
}
