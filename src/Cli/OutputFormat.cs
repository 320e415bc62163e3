using System.CommandLine;

namespace Rerank.Cli;

internal static class OutputFormat
{
    public const string Json = "json";
    public const string Yaml = "yaml";

    public static Option<string?> Option(params string[] formats)
    {
        var option = new Option<string?>("--output", "-o") { Description = $"Another form of the output: {string.Join(", ", formats)}", HelpName = "FORMAT" };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }
}
