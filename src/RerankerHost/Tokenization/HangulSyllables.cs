namespace Rerank.RerankerHost.Tokenization;

/// <summary>Canonical decomposition of Hangul syllables, which Unicode defines by arithmetic instead of a table.</summary>
internal static class HangulSyllables
{
    private const int First = 0xAC00;
    private const int Count = 11172;
    private const int FirstLeading = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int BeforeFirstTrailing = 0x11A7;
    private const int Vowels = 21;
    private const int Trailings = 28;

    public static IEnumerable<int> All => Enumerable.Range(First, Count);

    public static int[] Decompose(int syllable)
    {
        var (pair, trailing) = Math.DivRem(syllable - First, Trailings);
        var leading = FirstLeading + (pair / Vowels);
        var vowel = FirstVowel + (pair % Vowels);
        return trailing == 0 ? [leading, vowel] : [leading, vowel, BeforeFirstTrailing + trailing];
    }
}
