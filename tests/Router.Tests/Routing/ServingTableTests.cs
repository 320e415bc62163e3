using Rerank.Router.Routing;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Routing;

public sealed class ServingTableTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task Confirm_OfAMountedTable_LeavesRequestsTheTableThatTheyBeganWith()
    {
        var table = Tables.Table([Tables.Model("full")], [Tables.Cluster("full", "http://127.0.0.1:1")]);
        await File.WriteAllTextAsync(
            _path, System.Text.Json.JsonSerializer.Serialize(table, Rerank.Contracts.ContractsJson.Default.RoutingTable), TestContext.Current.CancellationToken);
        await using var router = await RunningRouter.StartAsync(null, options => options with { RoutingTablePath = _path });
        var tables = (TableStore)router.App.Services.GetService(typeof(TableStore))!;
        var before = tables.Current;
        Assert.False(before!.Confirmed);

        await router.PushAsync(table);

        Assert.Same(before, tables.Current);
        Assert.True(before.Confirmed);
    }
}
