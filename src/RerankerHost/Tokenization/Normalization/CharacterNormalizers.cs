using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Normalization;

/// <summary>Lower case, every character by itself: a final sigma is none.</summary>
internal sealed class LowercaseNormalizer : TextNormalizer
{
    private static readonly Lazy<CodePointMap<int>> Places = new(LoadPlaces);

    // Every character by itself.
    public override int LastCut(ReadOnlySpan<char> text, bool isFirst) => text.Length;

    public override bool Apply(ReadOnlySpan<char> text, PooledList<char> output, TextPlace place)
    {
        var places = Places.Value;
        for (var at = 0; at < text.Length;)
        {
            var character = CodePoints.At(text, at, out var length);
            var row = places[character];
            if (row == 0)
            {
                output.AddRange(text.Slice(at, length));
            }
            else
            {
                foreach (var lower in CharacterTables.Lowercase.Slice(row, CharacterTables.Lowercase[row - 1]))
                    CodePoints.Append(output, lower);
            }

            at += length;
        }

        return true;
    }

    private static CodePointMap<int> LoadPlaces()
    {
        var map = new CodePointMap<int>();
        var rows = CharacterTables.Lowercase;
        for (var i = 0; i < rows.Length; i += 2 + rows[i + 1])
            map[rows[i]] = i + 2;
        return map;
    }
}

/// <summary>Drops characters.</summary>
/// <param name="ranges">First and last of each range of them.</param>
internal sealed class RemoveNormalizer(ReadOnlySpan<int> ranges) : TextNormalizer
{
    private readonly CodePointMap<bool> _removed = new CodePointMap<bool>().WithRanges(ranges, true);

    // Every character by itself.
    public override int LastCut(ReadOnlySpan<char> text, bool isFirst) => text.Length;

    public override bool Apply(ReadOnlySpan<char> text, PooledList<char> output, TextPlace place)
    {
        var keepsStart = true;
        for (var at = 0; at < text.Length;)
        {
            if (_removed[CodePoints.At(text, at, out var length)])
                keepsStart &= at > 0;
            else
                output.AddRange(text.Slice(at, length));
            at += length;
        }

        return keepsStart;
    }
}

/// <summary>Drops white space from the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : TextNormalizer
{
    public override bool StandsAtEnd => true;

    public override int LastCut(ReadOnlySpan<char> text, bool isFirst)
    {
        var end = text.Length;
        while (end > 0 && CharacterClasses.IsSpace(text[end - 1]))
            end--;

        // White space goes only from the ends of all of it.
        return right || (left && isFirst && end == 0) ? end : text.Length;
    }

    public override bool Apply(ReadOnlySpan<char> text, PooledList<char> output, TextPlace place)
    {
        // All white space is in the first plane.
        var start = 0;
        while (left && place.IsFirst && start < text.Length && CharacterClasses.IsSpace(text[start]))
            start++;
        var end = text.Length;
        while (right && place.IsLast && end > start && CharacterClasses.IsSpace(text[end - 1]))
            end--;
        output.AddRange(text[start..end]);
        return start == 0;
    }
}

/// <summary>Puts a text in front of one that isn't empty.</summary>
internal sealed class PrependNormalizer(string prefix) : TextNormalizer
{
    // What comes after the front stays as it is.
    public override int LastCut(ReadOnlySpan<char> text, bool isFirst) => text.Length;

    public override bool Apply(ReadOnlySpan<char> text, PooledList<char> output, TextPlace place)
    {
        if (place.IsFirst && !text.IsEmpty)
            output.AddRange(prefix);
        output.AddRange(text);
        return true;
    }
}
