using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Normalization;

/// <summary>Replaces a text wherever it stands.</summary>
internal sealed class ReplaceNormalizer(string pattern, string content) : TextNormalizer
{
    public override bool StandsAtEnd => true;

    public override int LastCut(ReadOnlySpan<char> text, bool isFirst)
    {
        // What may be the front of another match stays with what comes.
        var end = 0;
        for (int at; (at = text[end..].IndexOf(pattern, StringComparison.Ordinal)) >= 0; end += at + pattern.Length)
        {
        }

        return Math.Max(end, CodePoints.WholeBefore(text, text.Length - (pattern.Length - 1)));
    }

    public override bool Apply(ReadOnlySpan<char> text, PooledList<char> output, TextPlace place)
    {
        var keepsStart = true;
        for (var first = true; ; first = false)
        {
            var at = text.IndexOf(pattern, StringComparison.Ordinal);
            output.AddRange(at < 0 ? text : text[..at]);
            if (at < 0)
                return keepsStart;

            // The replacement stands where the last replaced character stood.
            keepsStart &= !first || at > 0 || (content.Length > 0 && IsOneCharacter(pattern));
            output.AddRange(content);
            text = text[(at + pattern.Length)..];
        }
    }

    private static bool IsOneCharacter(string text) => text.Length == 1 || (text.Length == 2 && char.IsSurrogate(text[0]));
}

/// <summary>Replaces every run of one character that has a length at least. The regular expression <c> {2,}</c> of many models.</summary>
internal sealed class RunReplaceNormalizer(char repeated, int shortest, string content) : TextNormalizer
{
    public override bool StandsAtEnd => true;

    public override int LastCut(ReadOnlySpan<char> text, bool isFirst) => text.TrimEnd(repeated).Length;

    /// <summary>It is only asked whether a run is long enough, and whether it is longer than one character.</summary>
    public override void Shorten(PooledList<char> held) => held.Truncate(Math.Max(shortest, 2));

    public override bool Apply(ReadOnlySpan<char> text, PooledList<char> output, TextPlace place)
    {
        var keepsStart = true;
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && text[end] == repeated)
                end++;
            if (end - at >= shortest)
            {
                keepsStart &= at > 0 || (content.Length > 0 && end == 1);
                output.AddRange(content);
                at = end;
                continue;
            }

            var next = end < text.Length ? text[end..].IndexOf(repeated) : -1;
            next = next < 0 ? text.Length : end + next;
            output.AddRange(text[at..next]);
            at = next;
        }

        return keepsStart;
    }
}
