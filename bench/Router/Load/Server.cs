using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rerank.RouterBench.Load;

/// <summary>A contender in a process of its own.</summary>
internal sealed class Server : IDisposable
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false });

    private readonly Process _process;

    private Server(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>In MiB.</summary>
    public double ResidentMebibytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / (1024.0 * 1024);
        }
    }

    /// <param name="arguments">Of a free port.</param>
    public static async Task<Server> StartAsync(string program, Func<int, string[]> arguments, string readyPath)
    {
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo(program, arguments(port)) { RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await Client.GetAsync($"http://127.0.0.1:{port}{readyPath}");
                if (answer.IsSuccessStatusCode)
                    return new Server(process, port);
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
            }

            if (process.HasExited || Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1))
                throw new InvalidOperationException($"{program} doesn't get ready");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    /// <summary>A counter or gauge without labels of its <c>/metrics</c>.</summary>
    public async Task<double> MetricAsync(string name)
    {
        var metrics = await GetAsync("/metrics");
        return double.Parse(metrics.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    public Task<string> GetAsync(string path) => Client.GetStringAsync($"http://127.0.0.1:{Port}{path}");

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
