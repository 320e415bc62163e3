
namespace Rerank.RerankerHost.Tokenization.Places;

/// <summary>The tokens of a text, without special tokens around it, and where they stand in it.</summary>
internal sealed class PlacedText
{
    private readonly TokenBuffer _tokens;
    private readonly int _first;
    private readonly TextTokenizer _tokenizer;

    // Of the second halves of surrogate pairs: places are told in characters.
    private readonly int[] _seconds;

    /// <param name="tokens">With the places.</param>
    /// <param name="first">Of this text's.</param>
    public PlacedText(string text, TokenBuffer tokens, int first, int count, TextTokenizer tokenizer)
    {
        (Text, _tokens, _first, Count, _tokenizer) = (text, tokens, first, count, tokenizer);
        _seconds = SecondsOf(text);
    }

    public int Count { get; }

    public string Text { get; }

    public ReadOnlySpan<int> Ids => _tokens[_first..(_first + Count)];

    /// <summary>What a token is called in the vocabulary.</summary>
    public string NameOf(int index) => _tokenizer.Texts[Ids[index]];

    /// <summary>In characters of the text, which are Unicode's code points.</summary>
    public TokenPlace PlaceOf(int index)
    {
        var place = _tokens.Places!.Span[_first + index];
        if (!place.IsKnown)
            return place;
        place = new TokenPlace(Characters(place.Start), Characters(place.End));
        return _tokenizer.Trim is not { } trim ? place : trim.Apply(place, WrittenAs(index, place), isFirst: index == 0);
    }

    /// <summary>Whether a token beside it has the same place, as those have that stand for the bytes of a text which the vocabulary lacks.</summary>
    public bool IsShared(int index)
    {
        var places = _tokens.Places!.Span.Slice(_first, Count);
        return (index > 0 && places[index - 1] == places[index]) || (index + 1 < Count && places[index + 1] == places[index]);
    }

    /// <summary>A part of the text.</summary>
    /// <param name="place">In characters.</param>
    public ReadOnlySpan<char> PartAt(TokenPlace place) => Text.AsSpan(Units(place.Start)..Units(place.End));

    /// <summary>An added token may have taken white space beside it.</summary>
    private string WrittenAs(int index, TokenPlace place)
    {
        var name = NameOf(index);
        var part = PartAt(place);
        return part.Trim().SequenceEqual(name) ? part.ToString() : name;
    }

    private int Characters(int unit)
    {
        if (_seconds.Length == 0)
            return unit;
        var at = Array.BinarySearch(_seconds, unit);
        return unit - (at < 0 ? ~at : at);
    }

    private int Units(int character)
    {
        // The n-th pair's second half is the n-th to be passed over.
        var (low, high) = (0, _seconds.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_seconds[middle] - middle <= character)
                low = middle + 1;
            else
                high = middle;
        }

        return character + low;
    }

    private static int[] SecondsOf(string text)
    {
        var count = 0;
        foreach (var letter in text.AsSpan())
            count += char.IsHighSurrogate(letter) ? 1 : 0;
        if (count == 0)
            return [];
        var seconds = new List<int>(count);
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]))
                seconds.Add(i);
        }

        return [.. seconds];
    }
}
