using System.Collections.Frozen;

namespace Rerank.RerankerHost.Tokenization.Unicode;

/// <summary>
/// Decomposition, canonical order and composition (UAX #15) by the reference's character data. The framework's own is of another
/// version of Unicode, and without ICU it changes nothing.
/// </summary>
internal static class CanonicalForms
{
    private static readonly CodePointMap<byte> Ranks = LoadRanks();
    private static readonly CodePointMap<int> Canonical = Index(UnicodeTables.CanonicalDecompositions);
    private static readonly CodePointMap<int> Compatible = Index(UnicodeTables.CompatibilityDecompositions);
    private static readonly FrozenDictionary<long, int> Composites = LoadComposites();
    private static readonly CodePointMap<bool> Joining = LoadJoining();

    /// <summary>Appends the full decomposition of a character.</summary>
    public static void Decompose(int character, bool compatibility, PooledList<int> output)
    {
        int place;
        if (compatibility && (place = Compatible[character]) != 0)
            output.AddRange(UnicodeTables.CompatibilityDecompositions.Slice(place, UnicodeTables.CompatibilityDecompositions[place - 1]));
        else if ((place = Canonical[character]) != 0)
            output.AddRange(UnicodeTables.CanonicalDecompositions.Slice(place, UnicodeTables.CanonicalDecompositions[place - 1]));
        else if (HangulSyllables.Contains(character))
            output.AddRange(HangulSyllables.Decompose(character));
        else
            output.Add(character);
    }

    /// <summary>Whether no character before it changes what becomes of a character, nor the other way round.</summary>
    public static bool BeginsAnew(int character, bool compatibility)
    {
        int place;
        var first = compatibility && (place = Compatible[character]) != 0 ? UnicodeTables.CompatibilityDecompositions[place]
            : (place = Canonical[character]) != 0 ? UnicodeTables.CanonicalDecompositions[place]
            : character;
        return Ranks[first] == 0 && !Joining[first];
    }

    /// <summary>Puts runs of combining characters into canonical order: by rank, those of one rank as they were.</summary>
    public static void Order(Span<int> characters)
    {
        for (var i = 0; i < characters.Length; i++)
        {
            if (Ranks[characters[i]] == 0)
                continue;
            var end = i + 1;
            while (end < characters.Length && Ranks[characters[end]] != 0)
                end++;
            OrderRun(characters[i..end]);
            i = end;
        }
    }

    /// <summary>Composes what can be composed.</summary>
    /// <returns>How many characters are left at the start of the span.</returns>
    public static int Compose(Span<int> characters)
    {
        var starter = -1;
        var lastRank = 0;
        var count = 0;
        foreach (var character in characters)
        {
            var rank = Ranks[character];
            if (starter >= 0 && (count - 1 == starter || lastRank < rank) && TryCompose(characters[starter], character, out var composite))
            {
                characters[starter] = composite;
                continue;
            }

            if (rank == 0)
                starter = count;
            lastRank = rank;
            characters[count++] = character;
        }

        return count;
    }

    private static void OrderRun(Span<int> run)
    {
        const int insertionLimit = 16;
        if (run.Length > insertionLimit)
        {
            // Hostile text has runs of any length. The place as a second key keeps characters of one rank in order.
            var keys = new long[run.Length];
            for (var i = 0; i < run.Length; i++)
                keys[i] = ((long)Ranks[run[i]] << 32) | (uint)i;
            Array.Sort(keys);
            var copy = run.ToArray();
            for (var i = 0; i < run.Length; i++)
                run[i] = copy[(int)keys[i]];
            return;
        }

        for (var i = 1; i < run.Length; i++)
        {
            var character = run[i];
            var rank = Ranks[character];
            var at = i;
            for (; at > 0 && Ranks[run[at - 1]] > rank; at--)
                run[at] = run[at - 1];
            run[at] = character;
        }
    }

    private static bool TryCompose(int first, int second, out int composite) =>
        HangulSyllables.TryCompose(first, second, out composite) || Composites.TryGetValue(Key(first, second), out composite);

    private static long Key(int first, int second) => ((long)first << 32) | (uint)second;

    private static CodePointMap<byte> LoadRanks()
    {
        var map = new CodePointMap<byte>();
        var rows = UnicodeTables.CombiningRanks;
        for (var i = 0; i < rows.Length; i += 2)
            map[rows[i]] = (byte)rows[i + 1];
        return map;
    }

    /// <summary>Where a character's mapping begins in rows of character, count and characters; 0: it has none.</summary>
    private static CodePointMap<int> Index(ReadOnlySpan<int> rows)
    {
        var map = new CodePointMap<int>();
        for (var i = 0; i < rows.Length; i += 2 + rows[i + 1])
            map[rows[i]] = i + 2;
        return map;
    }

    /// <summary>Characters that may be put together with one before them.</summary>
    private static CodePointMap<bool> LoadJoining()
    {
        var map = new CodePointMap<bool>().WithRanges(HangulSyllables.Joining, true);
        for (var i = 0; i < UnicodeTables.Compositions.Length; i += 3)
            map[UnicodeTables.Compositions[i + 1]] = true;
        return map;
    }

    private static FrozenDictionary<long, int> LoadComposites()
    {
        var all = new Dictionary<long, int>();
        var rows = UnicodeTables.Compositions;
        for (var i = 0; i < rows.Length; i += 3)
            all.Add(Key(rows[i], rows[i + 1]), rows[i + 2]);
        return all.ToFrozenDictionary();
    }
}
