using System.Text;
using System.Text.RegularExpressions;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.Diff;

internal static partial class DiffText
{
    private const int DigestDigits = 12;

    public static string Render(StoredRevision before, StoredRevision after, Style style)
    {
        var text = new StringBuilder();
        text.Append($"{style.Heading(before.Name)} ({before.Role}) → {style.Heading(after.Name)} ({after.Role})\n");
        var differences = RevisionDiff.Between(before.Snapshot, after.Snapshot);
        if (differences.Count == 0)
            return text.Append("  no difference\n").ToString();

        var table = new Table(style);
        foreach (var difference in differences)
            table.Row(difference.Path, new(Short(difference.Before), Tint.Bad), "→", new(Short(difference.After), Tint.Good));
        table.WriteTo(text);
        return text.ToString();
    }

    /// <summary>What changed, as short as it fits into a column.</summary>
    public static string Summary(IReadOnlyList<Difference> differences)
    {
        // The digest follows from the files, and the files say less than the model's name.
        var telling = differences.Where(difference => !IsConsequence(difference.Path)).ToList();
        if (telling.Count == 0)
            telling = [.. differences];

        // What people know a model by.
        telling = [.. telling.OrderByDescending(difference => difference.Path.EndsWith(": model.name", StringComparison.Ordinal))];
        return telling switch
        {
            [] => "nothing",
            [var only] => Describe(only),
            [var first, ..] => $"{Describe(first)}, and {telling.Count - 1} more",
        };
    }

    public static string Short(string? value) => value is null ? "-" : Digest().Replace(value, match => match.Groups["hex"].Value[..DigestDigits] + "…");

    private static bool IsConsequence(string path) => path.EndsWith(": model.digest", StringComparison.Ordinal) || path.Contains(": model.files", StringComparison.Ordinal);

    private static string Describe(Difference difference) => $"{difference.Path} {Short(difference.Before)} → {Short(difference.After)}";

    [GeneratedRegex(@"\A(sha256:)?(?<hex>[0-9a-f]{64})\z")]
    private static partial Regex Digest();
}
