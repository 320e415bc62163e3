using System.Globalization;

namespace Rerank.Evaluation;

/// <summary>A line that isn't blank and isn't a comment, in words.</summary>
/// <param name="Source">Name of the file.</param>
internal readonly record struct TrecLine(string Source, int Number, string[] Fields)
{
    public TrecFormatException Wrong(string what) => new($"{Source}, line {Number}: {what}");

    /// <exception cref="TrecFormatException">It isn't a whole number.</exception>
    public int Grade(int field) =>
        int.TryParse(Fields[field], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var grade)
            ? grade
            : throw Wrong($"grade \"{Fields[field]}\" must be a whole number; -1 and less stand for not judged");

    /// <exception cref="TrecFormatException">It isn't a number.</exception>
    public double Score(int field) =>
        double.TryParse(Fields[field], NumberStyles.Float, CultureInfo.InvariantCulture, out var score) && !double.IsNaN(score)
            ? score
            : throw Wrong($"score \"{Fields[field]}\" must be a number");
}

/// <summary>Text files of words between white space, as TREC has them: blank lines and lines that begin with <c>#</c> say nothing.</summary>
internal static class TrecLines
{
    private const int MaxLineLength = 64 * 1024;

    public static IEnumerable<TrecLine> Read(TextReader text, string source)
    {
        for (var number = 1; text.ReadLine() is { } line; number++)
        {
            if (line.Length > MaxLineLength)
                throw new TrecFormatException($"{source}, line {number}: longer than {MaxLineLength} characters");
            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 0 && !fields[0].StartsWith('#'))
                yield return new(source, number, fields);
        }
    }
}
