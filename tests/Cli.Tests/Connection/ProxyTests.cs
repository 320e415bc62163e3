using Rerank.TestKit;

namespace Rerank.Cli.Tests.Connection;

/// <summary>The plugin reaches the API server as kubectl does.</summary>
public sealed class ProxyTests : IDisposable
{
    private readonly string _kubeconfig = Path.GetTempFileName();

    public void Dispose() => File.Delete(_kubeconfig);

    [Theory]
    [InlineData("http://api.example.com:6443", "", true)]
    [InlineData("http://api.example.com:6443", ".example.com", false)]
    [InlineData("http://127.255.255.1:1", "", false)]
    [InlineData("http://192.0.2.1:1", "192.0.2.0/24", false)]
    [InlineData("http://192.0.2.1:1", "10.0.0.0/8", true)]
    public async Task ApiServer_IsAskedThroughTheProxy_UnlessItIsExcepted(string server, string noProxy, bool isProxied)
    {
        await using var proxy = new SmallProxy { Wants = "user:hunter2" };

        var result = await StatusAsync(server, $"HTTP_PROXY=http://user:hunter2@{proxy.Address}", $"NO_PROXY={noProxy}");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal(isProxied, !proxy.Asked.IsEmpty);
        Assert.All(proxy.Asked, line => Assert.StartsWith($"GET {server}/apis/rerank.dev/", line, StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", result.Output + result.Error);
    }

    [Fact]
    public async Task AddressOfAProxy_ThatIsNone_IsAnErrorInOneLine()
    {
        var result = await StatusAsync("http://api.example.com:6443", "HTTPS_PROXY=ftp://user:hunter2@proxy");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("error: HTTPS_PROXY must be the address of a proxy", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Error);
    }

    private async Task<CommandResult> StatusAsync(string server, params string[] variables)
    {
        await File.WriteAllTextAsync(
            _kubeconfig,
            $$$"""
            apiVersion: v1
            kind: Config
            current-context: c
            contexts: [{name: c, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "{{{server}}}"}}]
            users: [{name: u, user: {token: t}}]
            """,
            TestContext.Current.CancellationToken);
        // One that excepted addresses don't answer at all must not hold the test up.
        return await Command.RunAsync(
            "timeout", ["5", "env", $"KUBECONFIG={_kubeconfig}", .. variables, "dotnet", typeof(CommandLine).Assembly.Location, "status", "search"], TestContext.Current.CancellationToken);
    }
}
