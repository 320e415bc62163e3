using System.Diagnostics;

namespace Rerank.Serving.Load;

/// <summary>A contender in a process of its own.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, string address)
    {
        _process = process;
        Load = new HttpLoad(address);
    }

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

    public static async Task<ServerProcess> StartAsync(string file, string[] arguments, int port, string readyPath)
    {
        var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var server = new ServerProcess(process, $"http://127.0.0.1:{port}");
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

    public void Dispose()
    {
        Load.Dispose();
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
