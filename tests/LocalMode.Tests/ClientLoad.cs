using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Rerank.LocalMode.Tests;

/// <summary>The application of the end-to-end tests as a process: a steady rate of requests, and a line a second with what became of them.</summary>
internal sealed class ClientLoad : IAsyncDisposable
{
    private readonly Process _process;
    private volatile string _last = "{}";

    private ClientLoad(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => _last = line.Data ?? _last;
        process.BeginOutputReadLine();
    }

    public static ClientLoad Start(Uri pipeline, int rate, int documents)
    {
        string[] arguments = [LocalOperator.AssemblyOf("EndToEnd.Client", "EndToEnd.Client"), "load", new Uri(pipeline, "/v2/rerank").ToString(), "canary", $"{rate}", $"{documents}", "0"];
        return new(Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!);
    }

    /// <summary>All that happened since the start, as the client tells it.</summary>
    public override string ToString() => _last;

    public long Failures() => (long?)JsonNode.Parse(_last)!["failures"] ?? 0;

    /// <summary>Answers of a revision.</summary>
    public long AnswersOf(string revision) => (long?)JsonNode.Parse(_last)!["revisions"]?[revision]?["count"] ?? 0;

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
