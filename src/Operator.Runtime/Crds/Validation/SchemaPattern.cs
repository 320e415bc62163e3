using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Rerank.Operator.Runtime.Crds.Validation;

/// <summary>A schema's regular expressions, as an API server understands them.</summary>
public static class SchemaPattern
{
    private static readonly ConcurrentDictionary<string, Regex> Compiled = new(StringComparer.Ordinal);

    public static bool IsMatch(string pattern, string value) => Compiled.GetOrAdd(pattern, Compile).IsMatch(value);

    /// <summary>In .NET a <c>$</c> also matches before a last line feed; in an API server it doesn't. Neither backtracks.</summary>
    private static Regex Compile(string pattern) =>
        new(pattern.EndsWith('$') ? $"{pattern[..^1]}\\z" : pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}
