using Rerank.RouterBench.Load;
using Rerank.RouterBench.Servers;
using Rerank.Serving.Load;
using Rerank.Serving.Report;

namespace Rerank.RouterBench.Contests;

/// <summary>Requests whose scores are all in the cache, beside a bare Kestrel endpoint that parses and writes the same JSON.</summary>
internal sealed class CachedContest(Surroundings where)
{
    private const int Connections = 8;
    private const int Documents = 100;
    private const int Characters = 560;

    public async Task RunAsync()
    {
        var requests = Requests();
        using var stub = await Surroundings.StartAsync("stub");
        using var bare = await Surroundings.StartAsync("bare");
        using var router = await RouterProcess.StartAsync(stub.Port, digest: "sha256:" + new string('0', 64), cacheBytes: 256L * 1024 * 1024);
        var ratios = new List<double>();
        var (routers, bares) = (new List<double>(), new List<double>());
        foreach (var server in (ServerProcess[])[bare, router, bare, router])
            Check(Clients.Closed(server.Port, requests, Connections, where.Turn));

        for (var round = 0; round < where.Rounds; round++)
        {
            bares.Add(Check(Clients.Closed(bare.Port, requests, Connections, where.Turn)).PerSecond);
            routers.Add(Check(Clients.Closed(router.Port, requests, Connections, where.Turn)).PerSecond);
            ratios.Add(routers[^1] / bares[^1]);
        }

        const string Allocated = "rerank_router_allocated_bytes_total";
        var before = await router.MetricAsync(Allocated);
        var half = Check(Clients.Steady(router.Port, requests, Connections, where.Turn * 3, Table.Median(routers) / 2));
        var allocated = (await router.MetricAsync(Allocated) - before) / half.Answers.Count;
        Console.WriteLine(FormattableString.Invariant($"""

            ### Wholly cached: {Documents} documents of about {Characters} characters, {Connections} connections

            | | requests/s, median | lowest to highest |
            |---|---:|---:|
            | bare Kestrel | {Table.Median(bares):0} | {bares.Min():0} to {bares.Max():0} |
            | router | {Table.Median(routers):0} | {routers.Min():0} to {routers.Max():0} |

            Ratio: {Table.Median(ratios):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00}). At half of the router's load: p50 {half.Percentile(0.5):0.00} ms, p99 {half.Percentile(0.99):0.00} ms.
            Managed memory allocated by a request: {allocated / 1024:0.0} KiB, for one of {requests.Average(request => request.Length) / 1024:0.0} KiB.
            """));
    }

    /// <param name="perSecond">Null: as many as there can be.</param>
    public static ClientResult Load(int port, TimeSpan duration, double? perSecond) => Check(
        perSecond is { } rate ? Clients.Steady(port, Requests(), Connections, duration, rate) : Clients.Closed(port, Requests(), Connections, duration));

    private static byte[][] Requests() => [.. Bodies.Make(requests: 64, Documents, Characters, seed: 1).Select(body => HttpConnection.Post("/rerank", body))];

    internal static ClientResult Check(ClientResult result) => result.Failed == 0 ? result : throw new InvalidOperationException($"{result.Failed} of {result.Answers.Count} requests failed");
}
