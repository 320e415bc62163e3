using System.Text.Json;
using Rerank.Dialects;
using Rerank.RouterBench.Load;
using Rerank.RouterBench.Servers;
using Rerank.Serving.Report;

namespace Rerank.RouterBench.Contests;

/// <summary>Requests that the router passes on unread, beside nginx in front of the same host.</summary>
internal sealed class PassthroughContest(Surroundings where)
{
    private const int Connections = 8;
    private const int WarmUps = 3;

    // Of the text in a body.
    private static readonly int[] Sizes = [1000, 56 * 1024];

    public async Task RunAsync()
    {
        using var stub = await Surroundings.StartAsync("stub");
        using var nginx = NginxProcess.Start(stub.Port);
        using var router = await RouterProcess.StartAsync(stub.Port, digest: "sha256:" + new string('0', 64), cacheBytes: null);
        Console.WriteLine(FormattableString.Invariant($"""

            ### Passed on unread, {Connections} connections

            | body | nginx, requests/s, median | router, median | ratio, median | lowest to highest | the host asked directly | processor time of a request: nginx | router |
            |---|---:|---:|---:|---:|---:|---:|---:|
            """));
        foreach (var size in Sizes)
        {
            byte[][] requests = [HttpConnection.Post(HostRoutes.Tokenize.Pattern, JsonSerializer.SerializeToUtf8Bytes(new { inputs = new string('a', size) }))];

            // A router that shares its cores compiles for longer than others warm up: after two turns a third of its time still goes there.
            foreach (var port in Enumerable.Repeat<int[]>([nginx.Port, router.Port, stub.Port, router.Port], WarmUps).SelectMany(ports => ports))
                CachedContest.Check(Clients.Closed(port, requests, Connections, where.Turn));

            var (nginxes, routers, directs) = (new Turns(() => nginx.ProcessorTime), new Turns(() => router.ProcessorTime), new Turns(() => TimeSpan.Zero));
            for (var round = 0; round < where.Rounds; round++)
            {
                nginxes.Add(() => Clients.Closed(nginx.Port, requests, Connections, where.Turn));
                routers.Add(() => Clients.Closed(router.Port, requests, Connections, where.Turn));
                directs.Add(() => Clients.Closed(stub.Port, requests, Connections, where.Turn));
            }

            List<double> ratios = [.. routers.PerSecond.Zip(nginxes.PerSecond, (router, nginx) => router / nginx)];
            Console.WriteLine(FormattableString.Invariant(
                $"| {requests[0].Length / 1024.0:0.0} KiB | {Table.Median(nginxes.PerSecond):0} | {Table.Median(routers.PerSecond):0} | {Table.Median(ratios):0.00} | {ratios.Min():0.00} to {ratios.Max():0.00} | {Table.Median(directs.PerSecond):0} | {Table.Median(nginxes.Microseconds):0} µs | {Table.Median(routers.Microseconds):0} µs |"));
        }
    }

    /// <summary>Of one contender. What a request takes of the processors tells more than the rate where others use them too.</summary>
    private sealed class Turns(Func<TimeSpan> processorTime)
    {
        public List<double> PerSecond { get; } = [];

        public List<double> Microseconds { get; } = [];

        public void Add(Func<ClientResult> run)
        {
            var before = processorTime();
            var result = CachedContest.Check(run());
            PerSecond.Add(result.PerSecond);
            Microseconds.Add((processorTime() - before).TotalMicroseconds / result.Answers.Count);
        }
    }
}
