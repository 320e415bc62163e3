using System.Diagnostics;
using Xunit;

namespace Rerank.TestKit;

/// <summary>
/// A real Prometheus on a loopback port, which scrapes one target every second. Without the program <c>prometheus</c> on the search path the test is
/// skipped, or fails with REQUIRE_PROMETHEUS=1.
/// </summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _files;

    private PrometheusServer(Process process, DirectoryInfo files, string address)
    {
        _process = process;
        _files = files;
        Address = address;
    }

    /// <summary>Without a slash at the end.</summary>
    public string Address { get; }

    /// <param name="target">HOST:PORT, whose <c>/metrics</c> it scrapes.</param>
    public static async Task<PrometheusServer> StartAsync(string target, CancellationToken cancellationToken)
    {
        var program = Require();
        var files = Directory.CreateTempSubdirectory("prometheus-");
        var configuration = Path.Combine(files.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
            - job_name: test
              static_configs:
              - targets: ['{{target}}']
            """,
            cancellationToken);
        var listen = $"127.0.0.1:{Ports.Free()}";
        string[] arguments =
        [
            $"--config.file={configuration}", $"--storage.tsdb.path={Path.Combine(files.FullName, "data")}", $"--web.listen-address={listen}", "--log.level=error",
        ];
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{program} didn't start");
        var server = new PrometheusServer(process, files, $"http://{listen}");
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _files.Delete(recursive: true);
    }

    private static string Require()
    {
        if (Command.Find("prometheus") is { } program)
            return program;

        const string Absent = "needs Prometheus: install Debian's package prometheus, or put the program on the search path";
        Assert.False(Environment.GetEnvironmentVariable("REQUIRE_PROMETHEUS") is "true" or "1", $"REQUIRE_PROMETHEUS is set, but the test {Absent}");
        Assert.Skip(Absent);
        return "";
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        await Eventually.Passes(
            async () =>
            {
                if (_process.HasExited)
                    Assert.Fail($"prometheus ended: {await _process.StandardError.ReadToEndAsync(cancellationToken)}");
                using var response = await client.GetAsync(new Uri($"{Address}/-/ready"), cancellationToken);
                Assert.True(response.IsSuccessStatusCode, "not ready");
            },
            cancellationToken);
    }
}
