using System.Buffers;

namespace Rerank.RerankerHost.Tokenization.Unicode;

/// <summary>What the expression of the byte-level pre-tokenizer tells apart.</summary>
internal enum CharacterClass : byte
{
    Other,
    Letter,
    Number,
    Space,
}

/// <summary>Classes of characters as the reference's libraries have them.</summary>
internal static class CharacterClasses
{
    private static readonly CodePointMap<CharacterClass> Classes = new CodePointMap<CharacterClass>()
        .WithRanges(UnicodeTables.Letters, CharacterClass.Letter)
        .WithRanges(UnicodeTables.Numbers, CharacterClass.Number)
        .WithRanges(UnicodeTables.Spaces, CharacterClass.Space);

    private static readonly Lazy<CodePointMap<bool>> WordCharacters = new(() => new CodePointMap<bool>().WithRanges(UnicodeTables.WordCharacters, true));

    /// <summary>All white space. It is in the first plane, so that UTF-16 units can be searched for it.</summary>
    public static SearchValues<char> Spaces { get; } = SearchValues.Create([.. SpaceCharacters()]);

    public static CharacterClass Of(int character) => Classes[character];

    public static bool IsSpace(int character) => Classes[character] == CharacterClass.Space;

    /// <summary>Whether a character makes a neighbour part of a word.</summary>
    public static bool IsWord(int character) => WordCharacters.Value[character];

    private static IEnumerable<char> SpaceCharacters()
    {
        for (var i = 0; i < UnicodeTables.Spaces.Length; i += 2)
        {
            for (var character = UnicodeTables.Spaces[i]; character <= UnicodeTables.Spaces[i + 1]; character++)
                yield return (char)character;
        }
    }
}
