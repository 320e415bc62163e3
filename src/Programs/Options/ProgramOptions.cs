using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Rerank.Programs.Options;

/// <summary>
/// The options of a program, each of which may be an environment variable instead: <c>--max-documents</c> of a host is <c>RERANK_HOST_MAX_DOCUMENTS</c>. The
/// command line wins, and a variable that is empty is as good as none.
/// </summary>
/// <param name="prefix">Of the variables' names, such as <c>RERANK_HOST_</c>.</param>
/// <param name="read">What a variable is set to; null: not set. Default: the process' own.</param>
public sealed class ProgramOptions(string prefix, Func<string, string?>? read = null)
{
    private readonly Func<string, string?> _read = read ?? Environment.GetEnvironmentVariable;
    private readonly Dictionary<Option, string?> _defaults = [];

    /// <summary>All, in the order in which they were declared.</summary>
    public IReadOnlyCollection<Option> All => _defaults.Keys;

    public string VariableOf(Option option)
    {
        ArgumentNullException.ThrowIfNull(option);
        return VariableOf(option.Name);
    }

    /// <summary>Without option and variable; null: none.</summary>
    public string? DefaultOf(Option option) => _defaults[option];

    /// <param name="value">Without option and variable.</param>
    public Option<T> Add<T>(string name, string description, T value)
        where T : IParsable<T> => Register(new Option<T>(name) { Description = description }, value.ToString(), result => ReadVariable(result, name, value));

    /// <summary>One that has no value unless it is given.</summary>
    public Option<string?> Add(string name, string description) =>
        Register(new Option<string?>(name) { Description = description }, null, _ => Find(name));

    /// <summary>A number that has no value unless it is given.</summary>
    public Option<T?> AddOptional<T>(string name, string description)
        where T : struct, IParsable<T> =>
        Register(new Option<T?>(name) { Description = description }, null, result => Find(name) is null ? null : ReadVariable<T>(result, name, default));

    /// <summary>One whose values are those of an enumeration: in lower case, but for names of several words.</summary>
    public Option<T> AddChoice<T>(string name, string description, T value)
        where T : struct, Enum
    {
        var option = Register(
            new Option<T>(name) { Description = description }, Shown(value.ToString()), result => ReadChoice(result, Find(name), VariableOf(name), value));
        option.CustomParser = result => ReadChoice(result, result.Tokens[0].Value, name, value);
        return option;
    }

    /// <summary>Says of a problem with an option which variable it comes from, where it does.</summary>
    public string Name(ParseResult result, string problem)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(problem);
        foreach (var option in All)
        {
            if (IsFromVariable(result, option) && Mentions(problem, option.Name, out var end))
                problem = $"{problem[..end]} (from {VariableOf(option)}){problem[end..]}";
        }

        return problem;
    }

    /// <summary>The first place at which the name isn't the beginning of a longer one.</summary>
    private static bool Mentions(string problem, string name, out int end)
    {
        for (var start = problem.IndexOf(name, StringComparison.Ordinal); start >= 0; start = problem.IndexOf(name, end, StringComparison.Ordinal))
        {
            end = start + name.Length;
            if (end == problem.Length || (problem[end] != '-' && !char.IsAsciiLetterOrDigit(problem[end])))
                return true;
        }

        end = 0;
        return false;
    }

    private string VariableOf(string name) => prefix + name.TrimStart('-').ToUpperInvariant().Replace('-', '_');

    private bool IsFromVariable(ParseResult result, Option option) => result.GetResult(option) is null or { Implicit: true } && Find(option.Name) is not null;

    private Option<T> Register<T>(Option<T> option, string? absent, Func<ArgumentResult, T> read)
    {
        option.DefaultValueFactory = read;
        _defaults.Add(option, absent);
        return option;
    }

    private static string Shown(string name) => name.Skip(1).Any(char.IsUpper) ? name : name.ToLowerInvariant();

    private string? Find(string name) => _read(VariableOf(name)) is { Length: > 0 } text ? text : null;

    private T ReadVariable<T>(ArgumentResult result, string name, T value)
        where T : IParsable<T>
    {
        if (Find(name) is not { } text)
            return value;
        if (T.TryParse(text, CultureInfo.InvariantCulture, out var parsed))
            return parsed;
        result.AddError($"{VariableOf(name)}: {text} is not {(typeof(T) == typeof(string) ? "a text" : "a whole number")}");
        return value;
    }

    private static T ReadChoice<T>(ArgumentResult result, string? text, string source, T value)
        where T : struct, Enum
    {
        if (text is null)
            return value;
        if (Enum.GetNames<T>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } choice)
            return Enum.Parse<T>(choice);
        result.AddError($"{source}: {text} is not {string.Join(" or ", Enum.GetNames<T>().Select(Shown))}");
        return value;
    }
}
