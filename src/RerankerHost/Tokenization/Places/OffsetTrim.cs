using System.Text;
using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Places;

/// <summary>Takes white space off the ends of tokens' places, as byte-level tokenizers may ask for (<c>trim_offsets</c>).</summary>
/// <param name="addsPrefixSpace">Whether a space in front of the first token was put there.</param>
internal sealed class OffsetTrim(bool addsPrefixSpace)
{
    // What byte-level vocabularies write a space as.
    private const int Space = '\u0120';

    /// <param name="place">In characters.</param>
    public TokenPlace Apply(TokenPlace place, string token, bool isFirst)
    {
        if (!place.IsKnown)
            return place;
        var leading = token.EnumerateRunes().TakeWhile(IsSpace).Count();
        var trailing = token.EnumerateRunes().Reverse().TakeWhile(IsSpace).Count();
        var (start, end) = (place.Start, place.End);
        if (leading > 0)
            start = Math.Min(start + leading - ((isFirst || start == 0) && addsPrefixSpace ? 1 : 0), end);
        if (trailing > 0 && end >= trailing)
            end = Math.Max(end - trailing, start);
        return new TokenPlace(start, end);
    }

    private static bool IsSpace(Rune letter) => letter.Value == Space || (letter.IsBmp && CharacterClasses.IsSpace((char)letter.Value));
}
