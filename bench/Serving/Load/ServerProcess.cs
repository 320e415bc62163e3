using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rerank.Serving.Load;

/// <summary>A contender in a process of its own.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, int port)
    {
        _process = process;
        Port = port;
        Load = new HttpLoad($"http://127.0.0.1:{port}");
    }

    public int Port { get; }

    public HttpLoad Load { get; }

    /// <summary>In MiB.</summary>
    public double ResidentMebibytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / (1024.0 * 1024);
        }
    }

    /// <summary>Of all its threads, so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <param name="arguments">Of a free port.</param>
    public static async Task<ServerProcess> StartAsync(string file, Func<int, string[]> arguments, string readyPath)
    {
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo(file, arguments(port)) { RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var server = new ServerProcess(process, port);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await server.Load.GetAsync(readyPath);
                return server;
            }
            catch (HttpRequestException) when (!process.HasExited && Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(2))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

    /// <summary>A counter or gauge without labels of its <c>/metrics</c>.</summary>
    public async Task<double> MetricAsync(string name)
    {
        var metrics = await Load.GetAsync("/metrics");
        return double.Parse(metrics.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        Load.Dispose();
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
