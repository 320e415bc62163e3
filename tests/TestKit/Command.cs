using System.Diagnostics;

namespace Rerank.TestKit;

/// <summary>Runs a program to its end.</summary>
public static class Command
{
    public static async Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken, string? input = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} didn't start");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return new(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>The program's output; an exception with what it said when it fails.</summary>
    public static async Task<string> RequireAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken, string? input = null)
    {
        string[] given = [.. arguments];
        var result = await RunAsync(program, given, cancellationToken, input);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"{program} {string.Join(' ', given)} ended with {result.ExitCode}:\n{result.Output}\n{result.Error}");
    }

    /// <summary>Full path of a program on the search path; null when it isn't there.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, program))
        .FirstOrDefault(File.Exists);
}

public sealed record CommandResult(int ExitCode, string Output, string Error);
