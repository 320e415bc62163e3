using System.Text.Json;
using System.Text.Json.Nodes;
using Rerank.Contracts;
using Rerank.Contracts.Routing;

namespace Rerank.Router.Routing;

/// <summary>Puts the mounted routing table in force before the first request. One that can't be used doesn't stop the router: the operator can push another.</summary>
internal sealed class MountedTable(TableStore store, RouterOptions options, ILogger<MountedTable> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.RoutingTablePath is not { } path)
            return;

        try
        {
            var table = Read(await File.ReadAllBytesAsync(path, cancellationToken));
            var error = table is null ? "it is null" : (await store.ApplyAsync(table, pushed: false, cancellationToken)).Error;
            if (error is not null)
                Log.MountedTableRefused(logger, path, error);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            Log.NoMountedTable(logger, path);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            Log.MountedTableRefused(logger, path, e.Message);
        }
    }

    /// <summary>What can't be read of a candidate, which may be from another version, is left out: what serves must not depend on what is tried out.</summary>
    private RoutingTable? Read(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ContractsJson.Default.RoutingTable);
        }
        catch (JsonException e) when (JsonNode.Parse(json) is JsonObject table && table.Remove("candidate"))
        {
            var stable = table.Deserialize(ContractsJson.Default.RoutingTable);
            Log.CandidateLeftOut(logger, stable?.Generation ?? 0, e.Message);
            return stable;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
