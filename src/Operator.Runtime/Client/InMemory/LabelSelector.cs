using System.Text.RegularExpressions;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>A label selector in the form of the query parameter.</summary>
internal sealed partial class LabelSelector
{
    public static readonly LabelSelector Everything = new([]);

    private readonly IReadOnlyList<Func<IReadOnlyDictionary<string, string>, bool>> _requirements;

    private LabelSelector(IReadOnlyList<Func<IReadOnlyDictionary<string, string>, bool>> requirements) => _requirements = requirements;

    public static LabelSelector Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? Everything : new([.. Separator().Split(text).Select(Requirement)]);

    public bool Matches(IReadOnlyDictionary<string, string> labels) => _requirements.All(requirement => requirement(labels));

    private static Func<IReadOnlyDictionary<string, string>, bool> Requirement(string text)
    {
        if (Comparison().Match(text) is { Success: true } comparison)
        {
            var (key, value) = (comparison.Groups["key"].Value, comparison.Groups["value"].Value);
            return comparison.Groups["not"].Success
                ? labels => labels.GetValueOrDefault(key) != value
                : labels => labels.GetValueOrDefault(key) == value;
        }

        if (Membership().Match(text) is { Success: true } membership)
        {
            var key = membership.Groups["key"].Value;
            HashSet<string> values = [.. membership.Groups["values"].Value.Split(',', StringSplitOptions.TrimEntries)];
            return membership.Groups["not"].Success
                ? labels => !labels.TryGetValue(key, out var value) || !values.Contains(value)
                : labels => labels.TryGetValue(key, out var value) && values.Contains(value);
        }

        if (Existence().Match(text) is { Success: true } existence)
        {
            var key = existence.Groups["key"].Value;
            return existence.Groups["not"].Success ? labels => !labels.ContainsKey(key) : labels => labels.ContainsKey(key);
        }

        throw Refusal.BadRequest($"unable to parse requirement: {text}");
    }

    // Commas outside parentheses.
    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex Separator();

    [GeneratedRegex(@"^\s*(?<key>[\w./-]+)\s*((?<not>!=)|==?)\s*(?<value>[\w.-]*)\s*$")]
    private static partial Regex Comparison();

    [GeneratedRegex(@"^\s*(?<key>[\w./-]+)\s+((?<not>notin)|in)\s*\((?<values>[^)]*)\)\s*$")]
    private static partial Regex Membership();

    [GeneratedRegex(@"^\s*(?<not>!)?\s*(?<key>[\w./-]+)\s*$")]
    private static partial Regex Existence();
}
