namespace Rerank.RerankerHost.Tokenization;

/// <summary>Canonical decomposition and composition of Hangul syllables, which Unicode defines by arithmetic instead of a table.</summary>
internal static class HangulSyllables
{
    private const int First = 0xAC00;
    private const int Count = 11172;
    private const int FirstLeading = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int BeforeFirstTrailing = 0x11A7;
    private const int Leadings = 19;
    private const int Vowels = 21;
    private const int Trailings = 28;

    /// <summary>First and last of each range of characters that are put together with one before them.</summary>
    public static ReadOnlySpan<int> Joining => [FirstVowel, FirstVowel + Vowels - 1, BeforeFirstTrailing + 1, BeforeFirstTrailing + Trailings - 1];

    public static IEnumerable<int> All => Enumerable.Range(First, Count);

    public static bool Contains(int character) => (uint)(character - First) < Count;

    /// <summary>A leading consonant and a vowel, or a syllable without trailing consonant and one.</summary>
    public static bool TryCompose(int first, int second, out int syllable)
    {
        syllable = 0;
        if (first is >= FirstLeading and < FirstLeading + Leadings && second is >= FirstVowel and < FirstVowel + Vowels)
            syllable = First + ((((first - FirstLeading) * Vowels) + second - FirstVowel) * Trailings);
        else if (Contains(first) && (first - First) % Trailings == 0 && second is > BeforeFirstTrailing and < BeforeFirstTrailing + Trailings)
            syllable = first + second - BeforeFirstTrailing;
        return syllable != 0;
    }

    public static int[] Decompose(int syllable)
    {
        var (pair, trailing) = Math.DivRem(syllable - First, Trailings);
        var leading = FirstLeading + (pair / Vowels);
        var vowel = FirstVowel + (pair % Vowels);
        return trailing == 0 ? [leading, vowel] : [leading, vowel, BeforeFirstTrailing + trailing];
    }
}
