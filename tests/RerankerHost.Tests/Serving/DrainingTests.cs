using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Serving;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

public sealed class DrainingTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Stop_WorkThatIsNotDoneInTime_IsAnsweredWith503AndRetryAfter()
    {
        GatedModels? models = null;
        var options = new ServeOptions
        {
            Urls = ["http://127.0.0.1:0"],
            AdminUrls = ["http://127.0.0.1:0"],
            AdminTokenFile = _folder.Write("token", "admin-token\n"u8),
            ModelDirectory = _folder["models"],
            Threads = 1,
            ShutdownTimeout = TimeSpan.FromSeconds(30),
        };
        await using var host = await RunningHost.StartAsync(options, services =>
        {
            services.AddSingleton<IModelLoader>(provider => models = new GatedModels(provider.GetRequiredService<Scheduler>()));
            services.AddSingleton<TimeProvider>(_time);
        });
        await host.ApplyAsync(RunningHost.Set(1, TestModel.Named("first").InFolder(_folder)));
        await host.EventuallyAsync("first", ModelState.Ready);
        var running = PostAsync(host);
        await Eventually.True(() => models!.Begun == 1, RunningHost.Cancelled);
        var waiting = PostAsync(host);
        await Eventually.True(async () => (await host.Main.GetStringAsync("/metrics", RunningHost.Cancelled)).Contains("rerank_host_pending_pairs 2"), RunningHost.Cancelled);
        using (var list = JsonDocument.Parse(await host.Main.GetStringAsync("/v1/models", RunningHost.Cancelled)))
            Assert.Equal("""{"queue_fraction":0.002,"queue_absolute":2}""", list.RootElement.GetProperty("data")[0].GetProperty("stats").GetRawText());

        var stopping = host.StopAsync();
        await Eventually.True(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return waiting.IsCompleted;
            },
            RunningHost.Cancelled);
        models!.Gate.Set();

        using var givenUp = await waiting;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, givenUp.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), givenUp.Headers.RetryAfter!.Delta);
        using var done = await running;
        Assert.Equal((HttpStatusCode.OK, true), (done.StatusCode, done.Headers.ConnectionClose));
        Assert.StartsWith("queue;dur=", done.Headers.GetValues("Server-Timing").Single(), StringComparison.Ordinal);
        await stopping;
    }

    private static async Task<HttpResponseMessage> PostAsync(RunningHost host)
    {
        using var content = new StringContent("""{"query":"q","texts":["1"]}""");
        return await host.Main.PostAsync("/rerank", content, RunningHost.Cancelled);
    }
}
