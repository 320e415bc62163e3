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

        // Beside the bare endpoint at the same rate: what the machine itself is late by is in both.
        var rate = Table.Median(routers) / 2;
        var (late, bareLate) = (new List<ClientResult>(), new List<ClientResult>());
        const string Allocated = "rerank_router_allocated_bytes_total";
        var before = await router.MetricAsync(Allocated);
        for (var round = 0; round < where.Rounds; round++)
        {
            bareLate.Add(Check(Clients.Steady(bare.Port, requests, Connections, where.Turn, rate)));
            late.Add(Check(Clients.Steady(router.Port, requests, Connections, where.Turn, rate)));
        }

        var allocated = (await router.MetricAsync(Allocated) - before) / late.Sum(turn => turn.Answers.Count);
        Console.WriteLine(FormattableString.Invariant($"""

            ### Wholly cached: {Documents} documents of about {Characters} characters, {Connections} connections

            | | requests/s, median | lowest to highest |
            |---|---:|---:|
            | bare Kestrel | {Table.Median(bares):0} | {bares.Min():0} to {bares.Max():0} |
            | router | {Table.Median(routers):0} | {routers.Min():0} to {routers.Max():0} |

            Ratio: {Table.Median(ratios):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00}).

            | at {rate:0} requests/s | p50, median | p99, median | p99, lowest to highest |
            |---|---:|---:|---:|
            {Late("bare Kestrel", bareLate)}
            {Late("router", late)}

            Managed memory allocated by a request: {allocated / 1024:0.0} KiB, for one of {requests.Average(request => request.Length) / 1024:0.0} KiB.
            """));
    }

    private static string Late(string who, List<ClientResult> turns)
    {
        var p99 = turns.ConvertAll(turn => turn.Percentile(0.99));
        return FormattableString.Invariant($"| {who} | {Table.Median([.. turns.Select(turn => turn.Percentile(0.5))]):0.00} ms | {Table.Median(p99):0.00} ms | {p99.Min():0.00} to {p99.Max():0.00} ms |");
    }

    /// <param name="perSecond">Null: as many as there can be.</param>
    public static ClientResult Load(int port, TimeSpan duration, double? perSecond) => Check(
        perSecond is { } rate ? Clients.Steady(port, Requests(), Connections, duration, rate) : Clients.Closed(port, Requests(), Connections, duration));

    private static byte[][] Requests() => [.. Bodies.Make(requests: 64, Documents, Characters, seed: 1).Select(body => HttpConnection.Post("/rerank", body))];

    internal static ClientResult Check(ClientResult result) => result.Failed == 0 ? result : throw new InvalidOperationException($"{result.Failed} of {result.Answers.Count} requests failed");
}
