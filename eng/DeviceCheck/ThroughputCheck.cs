using System.Diagnostics;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Scheduling;
using Rerank.Serving.Load;

namespace Rerank.DeviceCheck;

/// <summary>Pairs a second of the host's own way from text to logits, on the provider and on this machine's CPU, with the same requests.</summary>
internal sealed class ThroughputCheck(ExecutionProvider provider, TimeSpan turn)
{
    private const int Clients = 4;

    public async Task<Table> RunAsync(string folder, CancellationToken cancellationToken)
    {
        var requests = new Workload(Path.Combine(folder, "tokenizer.json")).Make(requests: 32, pairs: 100, seed: 1);
        var table = new Table("requests of 100 pairs, 4 clients", "provider", "pairs/s", "of the CPU's");
        var cpu = await MeasureAsync(folder, ExecutionProvider.CPU, requests, cancellationToken);
        table.Add(null, $"CPU", $"{cpu:0}", $"1.0");
        if (provider != ExecutionProvider.CPU)
        {
            var other = await MeasureAsync(folder, provider, requests, cancellationToken);
            table.Add(other > cpu, $"{provider}", $"{other:0}", $"{other / cpu:0.0}");
        }

        return table;
    }

    private async Task<double> MeasureAsync(string folder, ExecutionProvider on, IReadOnlyList<Request> requests, CancellationToken cancellationToken)
    {
        using var scheduler = Scheduler.OfCommand();
        using var model = CrossEncoderLoader.Load(
            folder, ModelFolder.ReadContract(folder, modelFile: null), new ModelRuntime { ExecutionProviders = [on] }, CudaSettings.Default, goldenPath: null, copies: null, scheduler, runs: null, entered: null, cancellationToken);

        // Every shape once, before the time counts.
        await SendAsync(model, requests[0], cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => CountAsync(model, requests, client, started, cancellationToken)));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private async Task<long> CountAsync(ICrossEncoder model, IReadOnlyList<Request> requests, int client, long started, CancellationToken cancellationToken)
    {
        long pairs = 0;
        for (var i = client; Stopwatch.GetElapsedTime(started) < turn; i += Clients)
            pairs += await SendAsync(model, requests[i % requests.Count], cancellationToken);
        return pairs;
    }

    private static async Task<int> SendAsync(ICrossEncoder model, Request request, CancellationToken cancellationToken) =>
        (await model.ScoreAsync(request.Query, request.Texts, new PairOptions { TimeLeft = TimeSpan.FromMinutes(5) }, cancellationToken)).Length;
}
