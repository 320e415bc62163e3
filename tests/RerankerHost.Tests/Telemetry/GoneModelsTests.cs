using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Models;
using Rerank.Programs.Telemetry;
using Rerank.RerankerHost.Tests.Serving;

namespace Rerank.RerankerHost.Tests.Telemetry;

public sealed class GoneModelsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Series_OfAModelThatIsGone_StayForAWhileAndGo()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var host = await RunningHost.StartAsync(_folder, new FakeModels(), time);
        foreach (var (generation, name) in new[] { (1, "first"), (2, "second") })
        {
            await host.ApplyAsync(RunningHost.Set(generation, TestModel.Named(name).InFolder(_folder)));
            await host.EventuallyAsync(name, ModelState.Ready);
            using var content = new StringContent($$"""{"model":"{{name}}","query":"q","documents":["1"]}""");
            using var answer = await host.Main.PostAsync("/v2/rerank", content, RunningHost.Cancelled);
            Assert.True(answer.IsSuccessStatusCode);
        }

        Assert.Contains("rerank_host_pairs_total{model=\"first\"} 1\n", await MetricsAsync(), StringComparison.Ordinal);
        time.Advance(GoneSeries.Kept);
        var metrics = await MetricsAsync();

        Assert.DoesNotContain("model=\"first\"", metrics, StringComparison.Ordinal);
        Assert.Contains("rerank_host_pairs_total{model=\"second\"} 1\n", metrics, StringComparison.Ordinal);

        Task<string> MetricsAsync() => host.Main.GetStringAsync("/metrics", RunningHost.Cancelled);
    }
}
