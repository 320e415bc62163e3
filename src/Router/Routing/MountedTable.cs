using System.Text.Json;
using Rerank.Contracts;

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
            await using var file = File.OpenRead(path);
            var table = await JsonSerializer.DeserializeAsync(file, ContractsJson.Default.RoutingTable, cancellationToken);
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

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
