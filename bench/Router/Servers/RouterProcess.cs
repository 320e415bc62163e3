using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Router;
using Rerank.Serving.Load;

namespace Rerank.RouterBench.Servers;

internal static class RouterProcess
{
    /// <param name="cacheBytes">Null: no cache.</param>
    public static async Task<ServerProcess> StartAsync(int hostPort, string digest, long? cacheBytes)
    {
        var model = new Tier
        {
            Name = "full",
            Model = new ModelTier { Cluster = "full", Model = "bench", Digest = digest, Activation = Activation.Sigmoid },
        };
        var table = new RoutingTable
        {
            Generation = 1,
            Pipeline = "bench/bench",
            Clusters = [new Cluster { Name = "full", Addresses = [$"http://127.0.0.1:{hostPort}"] }],
            Stable = new Arm
            {
                Revision = "bench",
                Policy = new RouterPolicy(),
                Tiers = cacheBytes is { } bytes ? [new Tier { Name = "cache", Cache = new CacheTier(bytes, TtlSeconds: 86_400) }, model] : [model],
            },
        };
        var file = Path.Combine(Directory.CreateTempSubdirectory("rerank-bench-").FullName, "routing-table.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(table, ContractsJson.Default.RoutingTable));
        var program = Path.ChangeExtension(typeof(RouterCommand).Assembly.Location, null);
        return await ServerProcess.StartAsync(program, port => ["--routing-table", file, "--urls", $"http://127.0.0.1:{port}"], "/health/ready");
    }
}
