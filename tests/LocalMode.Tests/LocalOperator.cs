using System.Diagnostics;
using System.Text;
using Rerank.TestKit;

namespace Rerank.LocalMode.Tests;

/// <summary><c>Operator local</c> as a process, on a copy of a sample.</summary>
internal sealed class LocalOperator : IAsyncDisposable
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _kubeconfig;
    private readonly StringBuilder _output = new();

    private LocalOperator(Process process, string directory, int port, string kubeconfig)
    {
        _process = process;
        _kubeconfig = kubeconfig;
        Directory = directory;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The folder that it watches.</summary>
    public string Directory { get; }

    /// <summary>The file with the pipeline.</summary>
    public string PipelineFile => Path.Combine(Directory, "pipeline.yaml");

    /// <summary>Goes to the first pipeline.</summary>
    public HttpClient Client { get; }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <param name="prepare">Changes the copy before the operator sees it.</param>
    public static LocalOperator Start(string sample, Action<string>? prepare = null)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("rerank-test-").FullName;
        foreach (var file in System.IO.Directory.EnumerateFiles(Path.Combine(RepositoryRoot(), "config", "samples", sample)))
        {
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
        }

        prepare?.Invoke(directory);
        var port = Ports.Free();
        var kubeconfig = Path.Combine(directory, "kubeconfig");
        var start = new ProcessStartInfo("dotnet", [AssemblyOf("Operator", "Operator"), "local", directory, "--port", $"{port}", "--kubeconfig", kubeconfig])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new LocalOperator(Process.Start(start)!, directory, port, kubeconfig);
    }

    /// <summary>Runs the plugin as kubectl would, with the kubeconfig that the operator wrote.</summary>
    public Task<CommandResult> RerankAsync(CancellationToken cancellationToken, params IEnumerable<string> arguments) =>
        Command.RunAsync("dotnet", [AssemblyOf("Cli", "kubectl-rerank"), .. arguments, "--kubeconfig", _kubeconfig], cancellationToken);

    /// <summary>Ids of the processes that it has started.</summary>
    public IReadOnlyList<int> Children() =>
        [.. System.IO.Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && ParentOf(pid) == _process.Id)];

    /// <summary>
    /// Asks it to end, and waits until it has. By SIGTERM, which it treats as Ctrl-C's SIGINT: a shell's background jobs, and what they start,
    /// ignore that one.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StopDeadline);
        await _process.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    public static bool IsRunning(int pid) => System.IO.Directory.Exists($"/proc/{pid}");

    private static int ParentOf(int pid)
    {
        try
        {
            // pid (name) state parent ...; the name may hold anything, parentheses too.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>.../artifacts/bin/LocalMode.Tests/release -> .../artifacts/bin/Operator/release.</summary>
    public static string AssemblyOf(string project, string name)
    {
        var own = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        return Path.GetFullPath(Path.Combine(own, "..", "..", project, Path.GetFileName(own), $"{name}.dll"));
    }

    public static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Operator.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("the tests run outside the repository");
        }

        return directory.FullName;
    }

    private void Append(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
