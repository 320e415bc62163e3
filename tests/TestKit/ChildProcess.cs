using System.Collections.Concurrent;
using System.Diagnostics;

namespace Rerank.TestKit;

/// <summary>A program that runs beside the tests and ends with them, also when their process is killed.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 40;

    // The shell's input ends with this process, whatever becomes of it. One that is stopped ends when it goes on.
    private const string Keeper = "\"$@\" & child=$!; while read -r signal; do kill -s \"$signal\" \"$child\"; done; kill \"$child\"; kill -s CONT \"$child\"; wait \"$child\"";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private ChildProcess(Process process) => _process = process;

    /// <summary>The last of what it said.</summary>
    public string LastLines => string.Join('\n', _lines);

    public static ChildProcess Start(string program, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Keeper, "sh", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, line) => child.Keep(line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Keep(line.Data);
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <param name="name">As <c>KILL</c>, <c>STOP</c> or <c>CONT</c>.</param>
    public async Task SignalAsync(string name)
    {
        await _process.StandardInput.WriteLineAsync(name);
        await _process.StandardInput.FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        _lines.Enqueue(line);
        while (_lines.Count > KeptLines)
            _lines.TryDequeue(out _);
    }
}
