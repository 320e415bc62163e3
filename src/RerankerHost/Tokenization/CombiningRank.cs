using System.Collections.Frozen;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>Canonical order among the few combining characters that stripping accents leaves in the text.</summary>
internal static class CombiningRank
{
    private static readonly FrozenDictionary<int, int> Ranks = All().ToFrozenDictionary();

    /// <summary>0 for characters that nothing moves across.</summary>
    public static int Of(int character) => Ranks.GetValueOrDefault(character);

    public static Dictionary<int, int> All()
    {
        var rows = CharacterTables.CombiningRanks;
        var all = new Dictionary<int, int>();
        for (var i = 0; i < rows.Length; i += 2)
            all.Add(rows[i], rows[i + 1]);
        return all;
    }
}
