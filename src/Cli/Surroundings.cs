using System.Text;

namespace Rerank.Cli;

/// <summary>What a command sees of the world besides the cluster.</summary>
/// <param name="IsTerminal">Whether a person watches the output: then it may be drawn over.</param>
/// <param name="UsesColour">Whether the output may have ANSI colours.</param>
/// <param name="Variable">Environment variables.</param>
internal sealed record Surroundings(
    TextWriter Output, TextWriter Error, TimeProvider Time, bool IsTerminal, bool UsesColour, Func<string, string?> Variable)
{
    public static Surroundings OfProcess()
    {
        if (OperatingSystem.IsWindows())
            Console.OutputEncoding = Encoding.UTF8;

        var terminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new(
            Console.Out,
            Console.Error,
            TimeProvider.System,
            terminal,
            // https://no-color.org
            terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            Environment.GetEnvironmentVariable);
    }
}
