using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Rerank.Programs.Options;

/// <summary>What <c>--help</c> shows of a command: how it is used, examples, and its options in groups, each with its default and its environment variable.</summary>
public sealed class HelpPage
{
    private const int Width = 100;
    private const string Indent = "  ";
    private const string DeepIndent = "      ";

    public required string Usage { get; init; }

    public required string Summary { get; init; }

    /// <summary>Command lines, each with what it does.</summary>
    public IReadOnlyList<(string CommandLine, string What)> Examples { get; init; } = [];

    public required IReadOnlyList<(string Title, IReadOnlyList<Option> Options)> Groups { get; init; }

    /// <summary>Whatever else is to be known, as paragraphs.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Puts the page in place of the command's own.</summary>
    public void Attach(Command command, ProgramOptions options)
    {
        ArgumentNullException.ThrowIfNull(command);
        var help = command.Options.OfType<HelpOption>().FirstOrDefault();
        if (help is null)
        {
            help = new HelpOption();
            command.Options.Add(help);
        }

        help.Action = new Action(this, options);
    }

    /// <summary>The page as text.</summary>
    public string Format(ProgramOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var text = new StringWriter { NewLine = "\n" };
        text.WriteLine(Summary);
        text.WriteLine();
        text.WriteLine("Usage:");
        text.WriteLine(Indent + Usage);
        if (Examples.Count > 0)
        {
            text.WriteLine();
            text.WriteLine("Examples:");
        }

        foreach (var (commandLine, what) in Examples)
        {
            text.WriteLine($"{Indent}{commandLine}");
            WriteWrapped(text, what, DeepIndent);
        }

        foreach (var (title, group) in Groups)
        {
            text.WriteLine();
            text.WriteLine(title + ":");
            foreach (var option in group)
                WriteOption(text, option, options);
        }

        foreach (var note in Notes)
        {
            text.WriteLine();
            WriteWrapped(text, note, "");
        }

        return text.ToString();
    }

    private static void WriteOption(StringWriter text, Option option, ProgramOptions options)
    {
        var value = options.DefaultOf(option) is { Length: > 0 } absent ? $"(default: {absent})" : "VALUE";
        text.WriteLine($"{Indent}{option.Name} {value}  {options.VariableOf(option)}");
        WriteWrapped(text, option.Description ?? "", DeepIndent);
    }

    private static void WriteWrapped(StringWriter text, string paragraph, string indent)
    {
        var line = indent;
        foreach (var word in paragraph.Split(' '))
        {
            if (line.Length > indent.Length && line.Length + word.Length > Width)
            {
                text.WriteLine(line.TrimEnd());
                line = indent;
            }

            line += word + " ";
        }

        text.WriteLine(line.TrimEnd());
    }

    private sealed class Action(HelpPage page, ProgramOptions options) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.Write(page.Format(options));
            return 0;
        }
    }
}
