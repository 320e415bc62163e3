using Rerank.Contracts.Scoring;
using Rerank.RouterBench.Load;
using Rerank.RouterBench.Servers;
using Rerank.Serving.Load;
using Rerank.Serving.Report;

namespace Rerank.RouterBench.Contests;

/// <summary>Twice and three times what a host can do, with a deadline: how much of its capacity ends in answers that came in time.</summary>
internal sealed class GoodputContest(Surroundings where)
{
    private const int Pairs = 100;
    private const int Connections = 128;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    public async Task RunAsync()
    {
        var workload = new Workload(Path.Combine(where.Repository, "models", "tiny", "tokenizer.json"));

        // Different ones, since equal pairs in flight are run once.
        byte[][] requests = [.. workload.Make(requests: 512, Pairs, seed: 1).Select(request => HttpConnection.Post("/rerank", request.Body, $"{ScoreApi.TimeoutHeader}: {(int)Deadline.TotalMilliseconds}"))];
        using var host = await HostProcess.StartAsync(where.Repository, maxQueueSeconds: 10);
        using var router = await RouterProcess.StartAsync(host.Port, await HostProcess.DigestAsync(host), cacheBytes: null);
        CachedContest.Check(Clients.Closed(router.Port, requests, connections: 8, where.Turn * 2));
        var lines = new List<string>();
        foreach (var times in (int[])[2, 3])
        {
            var (capacities, goods, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < where.Rounds; round++)
            {
                capacities.Add(CachedContest.Check(Clients.Closed(router.Port, requests, connections: 8, where.Turn)).PerSecond);
                goods.Add(Clients.Steady(router.Port, requests, Connections, where.Turn * 2, capacities[^1] * times).Good(Deadline));
                ratios.Add(goods[^1] / capacities[^1]);
            }

            lines.Add(FormattableString.Invariant($"| {times} times | {Table.Median(capacities):0.0} | {Table.Median(goods):0.0} | {Table.Median(ratios):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00}) |"));
        }

        Console.WriteLine(FormattableString.Invariant($"""

            ### More than the host can do: TinyBERT-L2 fp32, {Pairs} pairs, a deadline of {Deadline.TotalSeconds:0} s

            | load | requests/s at capacity | answers in time a second | ratio |
            |---|---:|---:|---:|
            {string.Join('\n', lines)}
            """));
    }
}
