using Rerank.RouterBench.Load;
using Rerank.RouterBench.Servers;
using Rerank.Serving.Load;
using Rerank.Serving.Report;

namespace Rerank.RouterBench.Contests;

/// <summary>One tier and nothing in a cache, beside the same host asked directly.</summary>
internal sealed class TierContest(Surroundings where)
{
    private const int Connections = 4;
    private const int Pairs = 100;
    private const int FewPairs = 10;

    public async Task RunAsync()
    {
        var workload = new Workload(Path.Combine(where.Repository, "models", "tiny", "tokenizer.json"));
        byte[][] large = [.. workload.Make(requests: 64, Pairs, seed: 1).Select(request => HttpConnection.Post("/rerank", request.Body))];
        byte[][] small = [.. workload.Make(requests: 64, FewPairs, seed: 2).Select(request => HttpConnection.Post("/rerank", request.Body))];
        using var host = await HostProcess.StartAsync(where.Repository, maxQueueSeconds: 3600);
        using var router = await RouterProcess.StartAsync(host.Port, await HostProcess.DigestAsync(host), cacheBytes: null);
        foreach (var server in (ServerProcess[])[host, router, host, router])
            CachedContest.Check(Clients.Closed(server.Port, large, Connections, where.Turn));

        var (direct, through, ratios, added) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < where.Rounds; round++)
        {
            direct.Add(CachedContest.Check(Clients.Closed(host.Port, large, Connections, where.Turn)).PerSecond * Pairs);
            through.Add(CachedContest.Check(Clients.Closed(router.Port, large, Connections, where.Turn)).PerSecond * Pairs);
            ratios.Add(through[^1] / direct[^1]);
            var alone = CachedContest.Check(Clients.Closed(host.Port, small, connections: 1, where.Turn / 2)).Percentile(0.5);
            added.Add(CachedContest.Check(Clients.Closed(router.Port, small, connections: 1, where.Turn / 2)).Percentile(0.5) - alone);
        }

        Console.WriteLine(FormattableString.Invariant($"""

            ### One tier, nothing cached: TinyBERT-L2 fp32, {Pairs} pairs, {Connections} connections

            | | pairs/s, median | lowest to highest |
            |---|---:|---:|
            | the host asked directly | {Table.Median(direct):0} | {direct.Min():0} to {direct.Max():0} |
            | through the router | {Table.Median(through):0} | {through.Min():0} to {through.Max():0} |

            Ratio: {Table.Median(ratios):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00}). Requests of {FewPairs} pairs, one after the other, take {Table.Median(added):0.00} ms longer through the router at p50.
            """));
    }
}
