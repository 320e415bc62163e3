using System.Net;
using System.Text.Json;
using Rerank.RerankerHost.Serving;
using Rerank.RerankerHost.Tests.Serving;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Health;

public sealed class LivenessTests : IDisposable
{
    private const int Requests = 40;
    private const int Passages = 200;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A kubelet that gets no answer would kill a host for doing its work.</summary>
    [Fact]
    public async Task Live_AnswersWhileEveryCoreIsInferring()
    {
        await using var host = await RunningHost.StartAsync(new ServeOptions
        {
            Models = [TestFiles.Model("tiny")],
            Urls = ["http://127.0.0.1:0"],
            ModelDirectory = _folder["models"],
            MaxQueue = TimeSpan.FromHours(1),
        });
        await Eventually.True(async () => await host.GetAsync("/health/ready") == HttpStatusCode.OK, RunningHost.Cancelled);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(RunningHost.Cancelled);
        var work = Enumerable.Range(0, Requests).Select(request => SendAsync(host, request, enough.Token)).ToArray();
        await Eventually.True(async () => await PendingAsync(host) >= Requests * Passages / 2, RunningHost.Cancelled);

        for (var i = 0; i < 20; i++)
            Assert.Equal(HttpStatusCode.OK, await host.GetAsync(i % 2 == 0 ? "/health/live" : "/v1/health/live"));

        // Else there was no load to speak of.
        Assert.InRange(await PendingAsync(host), Passages, int.MaxValue);
        await enough.CancelAsync();
        await Task.WhenAll(work);
        await Eventually.True(async () => await PendingAsync(host) == 0, RunningHost.Cancelled);
    }

    private static async Task<int> PendingAsync(RunningHost host)
    {
        const string Name = "\nrerank_host_pending_pairs ";
        var metrics = await host.Main.GetStringAsync("/metrics", RunningHost.Cancelled);
        var start = metrics.IndexOf(Name, StringComparison.Ordinal) + Name.Length;
        return int.Parse(metrics[start..metrics.IndexOf('\n', start)]);
    }

    private static async Task SendAsync(RunningHost host, int request, CancellationToken cancellationToken)
    {
        var texts = Enumerable.Range(0, Passages).Select(i => string.Join(' ', Enumerable.Repeat($"passage {request} {i} of the work", 20)));
        using var content = new StringContent(JsonSerializer.Serialize(new { query = "what is all this work for", texts }));
        try
        {
            (await host.Main.PostAsync("/rerank", content, cancellationToken)).Dispose();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }
}
