using System.CommandLine;
using System.Text.Json;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Commands;

/// <summary><c>doctor</c>: whether models can run here on the providers asked for, and what is missing.</summary>
internal static class DoctorCommand
{
    public const int Works = 0;
    public const int DoesNotWork = 1;

    private const string Explanation = """
        Says whether models can run here on CUDA, and what is missing: shared libraries, the driver, the GPU. Each provider is tried with a small model. The exit code is 0
        when one of those asked for works, else 1.
        """;

    public static Command Create()
    {
        var providers = ProvidersOption.Create("What is asked for, as a model has it.", ExecutionProvider.CUDA);
        var json = new Option<bool>("--json") { Description = "Writes JSON, for programs." };
        var command = new Command("doctor", Explanation) { providers, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(providers), parsed.GetValue(json), Console.Out, cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(IReadOnlyList<ExecutionProvider> asked, bool json, TextWriter output, CancellationToken cancellationToken)
    {
        var report = DoctorReport.Look(asked);
        var text = json ? JsonSerializer.Serialize(report, DoctorJson.Default.DoctorReport) : DoctorText.Of(report);
        await output.WriteLineAsync(text.AsMemory(), cancellationToken);
        return report.Chosen is null ? DoesNotWork : Works;
    }
}
