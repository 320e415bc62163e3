using System.Net;
using System.Net.Sockets;
using Rerank.TestKit;

namespace Rerank.Router.Tests;

/// <summary>The program itself, where it can't start for a reason that whoever started it can mend: one line says it.</summary>
public sealed class CannotStartTests : IDisposable
{
    private readonly TcpListener _other = new(IPAddress.Loopback, 0);

    public void Dispose() => _other.Dispose();

    [Fact]
    public async Task Start_AddressInUse_IsOneLine()
    {
        _other.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)_other.LocalEndpoint).Port}";

        await AssertOneLineAsync($"Failed to bind to address {address}: address already in use.", "--urls", address);
    }

    /// <summary>Of a block that is for documents.</summary>
    [Fact]
    public async Task Start_AddressThatCannotBeHad_IsOneLine() =>
        await AssertOneLineAsync("can't listen on http://192.0.2.1:18080: Cannot assign requested address", "--urls", "http://192.0.2.1:18080");

    private static async Task AssertOneLineAsync(string line, params string[] arguments)
    {
        var result = await Command.RunAsync(
            "dotnet", [typeof(RouterCommand).Assembly.Location, "--routing-table", "/nonexistent/routing-table.json", .. arguments], TestContext.Current.CancellationToken);

        Assert.Equal(line, result.Error.Trim());
        Assert.DoesNotContain(" at ", result.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, result.ExitCode);
    }
}
