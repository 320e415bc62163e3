using Rerank.Contracts.Models;
using Rerank.Serving.Load;
using Rerank.Serving.Models;
using Rerank.Serving.Report;
using Rerank.Serving.Rivals;

namespace Rerank.Serving;

/// <summary>Everything about one model, on the same cores in one run: contenders take turns, round after round.</summary>
internal sealed class Contest(BertShape shape, bool quantized, Surroundings where, int rounds, TimeSpan turn, int longRun)
{
    private const string Ceiling = "ceiling: bare runs, sorted, 256 tokens";
    private const int WarmUpBlocks = 5;
    private const int BlockLength = 9;
    private const int RequestsOfRound = 8;
    private static readonly int[] Clients = [1, 4, 16];
    private static readonly TimeSpan Half = TimeSpan.FromSeconds(3);

    private readonly string _title = $"{shape.Name}, {(quantized ? "int8" : "fp32")}";

    public async Task RunAsync()
    {
        var folder = ModelFolders.Make(where.Folder, where.Repository, shape, quantized);
        var tokenizer = Path.Combine(folder, "tokenizer.json");
        var model = Path.Combine(folder, "model.onnx");
        var workload = new Workload(tokenizer);
        var requests = workload.Make(requests: 64, pairs: 100, seed: 1);
        using var host = await Surroundings.StartHostAsync(folder, LastLayer.Auto);
        using var first = quantized ? await Surroundings.StartHostAsync(folder, LastLayer.FirstToken) : null;
        using var node = where.HasNode ? await where.StartNodeAsync(folder) : null;
        (string Name, ServerProcess Server)[] hosts = first is null ? [("host", host)] : [("host", host), ("host with lastLayer FirstToken", first)];

        await ThroughputAsync(requests, [.. requests.Select(new Lookup(tokenizer).Tokenize)], model, hosts, node);
        foreach (var (name, server) in hosts)
        {
            Console.WriteLine($"\n{name}:");
            await LatencyAsync(workload, new Lookup(tokenizer), model, requests, server);
            await MemoryAsync(workload, model, requests, server);
        }

        if (longRun > 0)
            await LongRunAsync(workload, hosts[^1].Server);
    }

    /// <summary>How long small requests take, without the contenders.</summary>
    public async Task RunLatencyAsync()
    {
        var folder = ModelFolders.Make(where.Folder, where.Repository, shape, quantized);
        var workload = new Workload(Path.Combine(folder, "tokenizer.json"));
        using var host = await Surroundings.StartHostAsync(folder, LastLayer.Auto);
        Console.WriteLine($"\n{_title}:");
        for (var round = 0; round < rounds; round++)
            await BesideLargeOnesAsync(workload, workload.Make(requests: 64, pairs: 100, seed: 1), host);
    }

    private async Task ThroughputAsync(IReadOnlyList<Request> requests, TokenizedPair[][] tokenized, string model, (string Name, ServerProcess Server)[] hosts, ServerProcess? node)
    {
        var cores = Environment.ProcessorCount;
        using var single = new DirectRuns(model, threads: cores, threadsPerRun: 1);
        using var wide = new DirectRuns(model, threads: 1, threadsPerRun: cores);
        var table = new Table(_title);
        foreach (var server in hosts.Select(host => host.Server).Append(node).OfType<ServerProcess>())
            await server.Load.RunAsync(requests, 2, Half);
        for (var round = 0; round < rounds; round++)
        {
            // The same requests for all: how long pairs are, and how much padding they need, differs from one to the next.
            var first = round * RequestsOfRound;
            table.Add(Ceiling, single.Run(tokenized, Plans.Sorted(256), turn, first));
            foreach (var (name, server) in hosts)
            {
                foreach (var clients in Clients)
                    table.Add($"{name}, {clients} client{(clients == 1 ? "" : "s")}", (await server.Load.RunAsync(requests, clients, turn, first)).TokensPerSecond);
            }

            foreach (var size in (int[])[8, 32])
            {
                table.Add($"in order, padded, {size} pairs, one run on all cores", wide.Run(tokenized, Plans.InOrder(size), turn, first));
                table.Add($"in order, padded, {size} pairs, a run on each core", single.Run(tokenized, Plans.InOrder(size), turn, first));
            }

            if (node is not null)
                table.Add("Node.js server, 4 clients", (await node.Load.RunAsync(requests, 4, turn, first)).TokensPerSecond);
        }

        table.Print(Ceiling);
    }

    private async Task LatencyAsync(Workload workload, Lookup lookup, string model, IReadOnlyList<Request> large, ServerProcess host)
    {
        var one = workload.OnePair(Workload.MeanTokens, seed: 2);
        var tokenized = lookup.Tokenize(one)[0];
        using var bare = new DirectRuns(model, threads: 1, threadsPerRun: 1);
        var (served, direct, extra, empty) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var block = 0; block < WarmUpBlocks + (rounds * 20); block++)
        {
            // Blocks are short, since a core whose neighbour becomes busy is slower by a third from one second to the next; each begins
            // with a run that isn't counted, since it finds the other's weights in the cache.
            var run = await MedianAsync(() => bare.RunAsync(tokenized));
            var request = await MedianAsync(() => host.Load.SendAsync(one));
            if (block < WarmUpBlocks)
                continue;
            direct.Add(run);
            served.Add(request);
            extra.Add(request - run);

            // After a rest as long as a run: threads and caches are as cold as they are then.
            await bare.RunAsync(tokenized);
            empty.Add(await Timed.MillisecondsAsync(() => host.Load.GetAsync("/health/live")));
        }

        Console.WriteLine(FormattableString.Invariant($"""

            One pair of {Workload.MeanTokens} tokens over HTTP, p50: {Table.Median(served):0.00} ms; the bare run: {Table.Median(direct):0.00} ms; the difference: {Table.Median(extra):0.00} ms, of which an empty request after the same rest is {Table.Median(empty):0.00} ms.
            """));
        await BesideLargeOnesAsync(workload, large, host);
    }

    private async Task BesideLargeOnesAsync(Workload workload, IReadOnlyList<Request> large, ServerProcess host)
    {
        var small = workload.Make(requests: 200, pairs: 3, seed: 3);
        await host.Load.RunAsync(large, 1, Half);
        var alone = await host.Load.RunAsync(small, 1, turn * 2);
        using var enough = new CancellationTokenSource();
        var beside = host.Load.RunAsync(large, 4, TimeSpan.FromHours(1), cancellationToken: enough.Token);
        var among = await host.Load.RunAsync(small, 1, turn * 3);
        await enough.CancelAsync();
        var throughput = (await beside).TokensPerSecond;
        Console.WriteLine(FormattableString.Invariant(
            $"Requests of 3 pairs, p50 and p99: alone {alone.Percentile(0.5):0.0} and {alone.Percentile(0.99):0.0} ms, beside 4 clients with 100 pairs {among.Percentile(0.5):0.0} and {among.Percentile(0.99):0.0} ms: {among.Percentile(0.99) / alone.Percentile(0.99):0.0} times; those get {throughput / Workload.MeanTokens:0} pairs a second."));
    }

    private static async Task<double> MedianAsync(Func<Task> work)
    {
        await work();
        var taken = new List<double>();
        for (var i = 0; i < BlockLength; i++)
            taken.Add(await Timed.MillisecondsAsync(work));
        return Table.Median(taken);
    }

    private static async Task MemoryAsync(Workload workload, string model, IReadOnlyList<Request> large, ServerProcess host)
    {
        var before = await AllocatedAsync(host);
        var result = await host.Load.RunAsync(large, 4, TimeSpan.FromSeconds(6));
        var perRequest = (await AllocatedAsync(host) - before) / result.Latencies.Count;
        var one = workload.Make(requests: 64, pairs: 1, seed: 4);
        before = await AllocatedAsync(host);
        var singles = await host.Load.RunAsync(one, 4, TimeSpan.FromSeconds(6));
        var perSingle = (await AllocatedAsync(host) - before) / singles.Latencies.Count;
        var file = new FileInfo(model).Length / (1024.0 * 1024);
        Console.WriteLine(FormattableString.Invariant($"""
            Managed memory allocated, by request: {perSingle / 1024:0.0} KiB with one pair, {perRequest / 1024:0.0} KiB with 100, so {(perRequest - perSingle) / 99 / 1024:0.00} KiB for each further pair, its text of {large.Average(r => r.Texts.Average(t => t.Length)):0} characters included.
            Resident memory: {host.ResidentMebibytes:0} MiB; the model's file has {file:0} MiB, times 1.6 plus 150 is {(file * 1.6) + 150:0}.
            """));
    }

    /// <summary>Whether memory grows with the number of requests.</summary>
    private async Task LongRunAsync(Workload workload, ServerProcess host)
    {
        var requests = workload.Make(requests: 512, pairs: 1, seed: 5);
        var sent = 0;
        var resident = new List<double>();
        while (sent < longRun)
        {
            sent += (await host.Load.RunAsync(requests, 16, TimeSpan.FromSeconds(1))).Latencies.Count;
            resident.Add(host.ResidentMebibytes);
        }

        var (first, last) = (resident[resident.Count / 10], resident[^1]);
        Console.WriteLine(FormattableString.Invariant(
            $"Over {sent} further requests: {first:0} MiB after a tenth of them, {last:0} MiB at the end ({(last / first * 100) - 100:+0.0;-0.0} %), at most {resident.Max():0} MiB."));
    }

    private static Task<double> AllocatedAsync(ServerProcess host) => host.MetricAsync("rerank_host_allocated_bytes_total");
}
