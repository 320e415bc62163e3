using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>
/// Normaliser and pre-tokenizer of BERT as one lookup per character. Possible since each of their steps looks at one
/// character at a time; only the canonical order of combining characters needs more (<see cref="WordBuffer"/>).
/// </summary>
/// <remarks>Doesn't use the framework's case and normalisation tables: without ICU they are partly empty, with it they differ from the reference.</remarks>
internal sealed class CharacterMap
{
    private const int PageBits = 8;
    private const int PageSize = 1 << PageBits;
    private const int Characters = 0x110000;

    private static readonly CharacterEntry[] UnchangedPage = new CharacterEntry[PageSize];
    private static readonly ConcurrentDictionary<BertNormalization, CharacterMap> Made = new();

    private readonly CharacterEntry[][] _pages = new CharacterEntry[Characters >> PageBits][];
    private readonly List<CharacterEntry[]> _sequences = [];

    private CharacterMap(BertNormalization normalization)
    {
        Array.Fill(_pages, UnchangedPage);
        var steps = new Steps(normalization);
        foreach (var character in steps.Affected())
            Set(character, Resolve(steps, character));
    }

    public CharacterEntry this[int character]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _pages[character >> PageBits][character & (PageSize - 1)];
    }

    /// <summary>The map for some settings, made once: it is the same for every model that has them.</summary>
    public static CharacterMap For(BertNormalization normalization) => Made.GetOrAdd(normalization, static settings => new CharacterMap(settings));

    /// <summary>The parts of an entry of kind <see cref="CharacterKind.Several"/>.</summary>
    public ReadOnlySpan<CharacterEntry> Sequence(CharacterEntry entry) => _sequences[entry.Value];

    private CharacterEntry Resolve(Steps steps, int character)
    {
        if (steps.IsRemoved(character))
            return CharacterEntry.Removed;
        if (steps.BecomesSpace(character))
            return CharacterEntry.Space;

        var isolated = steps.IsSpaced(character);
        var parts = new List<CharacterEntry>();
        foreach (var stripped in steps.Strip(character))
        {
            foreach (var lowered in steps.Lower(stripped))
                parts.Add(steps.Classify(lowered, isolated));
        }

        switch (parts.Count)
        {
            case 0:
                return steps.IsBarrier(character) ? CharacterEntry.Barrier : CharacterEntry.Removed;
            case 1:
                return parts[0];
            default:
                _sequences.Add([.. parts]);
                return CharacterEntry.Of(CharacterKind.Several, _sequences.Count - 1);
        }
    }

    private void Set(int character, CharacterEntry entry)
    {
        ref var page = ref _pages[character >> PageBits];
        if (ReferenceEquals(page, UnchangedPage))
            page = new CharacterEntry[PageSize];
        page[character & (PageSize - 1)] = entry;
    }

    /// <summary>The reference's steps, each on one character, as its settings have them.</summary>
    private sealed class Steps(BertNormalization normalization)
    {
        private readonly HashSet<int> _removed = normalization.CleanText ? Expand(CharacterTables.Removed) : [];
        private readonly HashSet<int> _cleanedToSpace = normalization.CleanText ? Expand(CharacterTables.CleanedToSpace) : [];
        private readonly HashSet<int> _spaced = normalization.HandleChineseCharacters ? Expand(CharacterTables.Chinese) : [];
        private readonly HashSet<int> _barriers = normalization.StripAccents ? Expand(CharacterTables.StarterMarks) : [];
        private readonly Dictionary<int, int[]> _stripped = normalization.StripAccents ? Strippings() : [];
        private readonly Dictionary<int, int[]> _lowered = normalization.Lowercase ? Mappings(CharacterTables.Lowercase) : [];
        private readonly Dictionary<int, int> _ranks = normalization.StripAccents ? CombiningRank.All() : [];
        private readonly HashSet<int> _whitespace = Expand(CharacterTables.Whitespace);
        private readonly HashSet<int> _punctuation = Expand(CharacterTables.Punctuation);

        public IEnumerable<int> Affected() =>
            _removed.Concat(_cleanedToSpace).Concat(_spaced).Concat(_stripped.Keys).Concat(_lowered.Keys).Concat(_ranks.Keys)
                .Concat(_whitespace).Concat(_punctuation).Distinct();

        public bool IsRemoved(int character) => _removed.Contains(character);

        public bool BecomesSpace(int character) => _cleanedToSpace.Contains(character);

        public bool IsSpaced(int character) => _spaced.Contains(character);

        public bool IsBarrier(int character) => _barriers.Contains(character);

        public int[] Strip(int character) => _stripped.TryGetValue(character, out var to) ? to : [character];

        public int[] Lower(int character) => _lowered.TryGetValue(character, out var to) ? to : [character];

        public CharacterEntry Classify(int character, bool isolated)
        {
            if (_whitespace.Contains(character))
                return CharacterEntry.Space;
            var kind = isolated || _punctuation.Contains(character) ? CharacterKind.Isolated
                : _ranks.ContainsKey(character) ? CharacterKind.Combining
                : CharacterKind.Letter;
            return CharacterEntry.Of(kind, character);
        }

        private static Dictionary<int, int[]> Strippings()
        {
            var all = Mappings(CharacterTables.Decompositions);
            foreach (var mark in Expand(CharacterTables.Marks))
                all[mark] = [];
            foreach (var syllable in HangulSyllables.All)
                all[syllable] = HangulSyllables.Decompose(syllable);
            return all;
        }

        private static HashSet<int> Expand(ReadOnlySpan<int> ranges)
        {
            var all = new HashSet<int>();
            for (var i = 0; i < ranges.Length; i += 2)
            {
                for (var character = ranges[i]; character <= ranges[i + 1]; character++)
                    all.Add(character);
            }

            return all;
        }

        private static Dictionary<int, int[]> Mappings(ReadOnlySpan<int> rows)
        {
            var all = new Dictionary<int, int[]>();
            while (!rows.IsEmpty)
            {
                all.Add(rows[0], rows.Slice(2, rows[1]).ToArray());
                rows = rows[(2 + rows[1])..];
            }

            return all;
        }
    }
}
