using System.Buffers;
using System.Text;
using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>Finds added tokens in a text: the leftmost, of those the longest.</summary>
internal sealed class AddedTokens
{
    private readonly SearchValues<string>? _search;
    private readonly (string Text, AddedToken Token)[] _longestFirst;

    /// <param name="tokens">With the text by which each is looked for. Not empty; of equal texts the first counts.</param>
    public AddedTokens(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        _longestFirst = [.. tokens.DistinctBy(token => token.Text, StringComparer.Ordinal).OrderByDescending(token => token.Text.Length)];
        if (_longestFirst.Length > 0)
            _search = SearchValues.Create([.. _longestFirst.Select(token => token.Text)], StringComparison.Ordinal);
    }

    /// <summary>Appends the ids of a text: those of added tokens, and a model's for what is between them.</summary>
    /// <inheritdoc cref="ITextModel.Tokenize"/>
    public int Tokenize(ReadOnlySpan<char> text, TextStart at, ITextModel model, TokenBuffer output, int limit)
    {
        var start = output.Count;
        var cursor = new AddedTokenCursor();
        while (output.Count - start < limit)
        {
            var left = limit - (output.Count - start);
            var from = cursor.Taken;
            if (!TryNext(text, ref cursor, out var found))
            {
                TokenizePart(text, from, text.Length, at, model, output, left);
                break;
            }

            if (from < found.Start && TokenizePart(text, from, found.Start, at, model, output, left) >= left)
                break;
            output.Add(found.Id);
            output.Places?.Add(found.Start, cursor.Taken);
        }

        return output.Count - start;
    }

    private static int TokenizePart(ReadOnlySpan<char> text, int from, int end, TextStart at, ITextModel model, TokenBuffer output, int limit)
    {
        output.Places?.Move(from);
        var count = model.Tokenize(text[from..end], from == 0 ? at : TextStart.Part, output, limit);
        output.Places?.Move(-from);
        return count;
    }

    /// <summary>Whether a token may stand across a place in a text or end there, as far as the text is known, or look or take white space across it.</summary>
    public bool MayTouch(ReadOnlySpan<char> text, int at)
    {
        if (_longestFirst.Length > 0 && CharacterClasses.IsSpace(text[at - 1]))
            return true;
        foreach (var (content, token) in _longestFirst)
        {
            for (var start = Math.Max(0, at - content.Length); start <= at; start++)
            {
                var known = text[start..Math.Min(text.Length, start + content.Length)];
                if (content.AsSpan(0, known.Length).SequenceEqual(known) && !(start == at && IsFoundAlone(text, at, content, token)))
                    return true;
            }
        }

        return false;
    }

    /// <summary>Whether a token that begins at a place is found or turned down there as well when nothing stands before it.</summary>
    private static bool IsFoundAlone(ReadOnlySpan<char> text, int at, string content, AddedToken token) =>
        !token.IsWord || !EndsWithWord(text[..at]) || (text.Length > at + content.Length && StartsWithWord(text[(at + content.Length)..]));

    /// <summary>Goes on to the next token of a text.</summary>
    /// <param name="cursor">Where the search is; at first the default value.</param>
    /// <param name="found">Where the token stands, white space that it takes included.</param>
    private bool TryNext(ReadOnlySpan<char> text, ref AddedTokenCursor cursor, out FoundToken found)
    {
        found = default;
        while (_search is not null)
        {
            var at = text[cursor.Searched..].IndexOfAny(_search);
            if (at < 0)
                return false;

            var start = cursor.Searched + at;
            var (match, token) = LongestAt(text[start..]);
            var end = start + match.Length;

            // What is turned down here, or taken by white space below, isn't searched again; it may even be found twice.
            cursor.Searched = end;
            if (token.IsWord && !IsWordByItself(text, start, end))
                continue;
            if (token.TakesLeft)
                start = Math.Max(cursor.Taken, StartOfSpace(text, start));
            if (token.TakesRight)
                end = EndOfSpace(text, end);
            cursor.Taken = end;
            found = new FoundToken(start, token.Id);
            return true;
        }

        return false;
    }

    private static bool IsWordByItself(ReadOnlySpan<char> text, int start, int end) =>
        !EndsWithWord(text[..start]) && !StartsWithWord(text[end..]);

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && CharacterClasses.IsWord(rune.Value);

    private static bool StartsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && CharacterClasses.IsWord(rune.Value);

    private static int StartOfSpace(ReadOnlySpan<char> text, int start)
    {
        while (start > 0 && CharacterClasses.IsSpace(text[start - 1]))
            start--;
        return start;
    }

    private static int EndOfSpace(ReadOnlySpan<char> text, int end)
    {
        while (end < text.Length && CharacterClasses.IsSpace(text[end]))
            end++;
        return end;
    }

    private (string Text, AddedToken Token) LongestAt(ReadOnlySpan<char> text)
    {
        foreach (var candidate in _longestFirst)
        {
            if (text.StartsWith(candidate.Text, StringComparison.Ordinal))
                return candidate;
        }

        throw new InvalidOperationException("what was found isn't there");
    }
}

/// <summary>Where a search for added tokens is: behind the last match, and behind the last token with its white space.</summary>
internal struct AddedTokenCursor
{
    public int Searched { get; set; }

    public int Taken { get; set; }
}

/// <param name="Start">Where it begins, white space included; where it ends is the cursor's.</param>
internal readonly record struct FoundToken(int Start, int Id);
