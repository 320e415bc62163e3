namespace Rerank.RerankerHost.Tokenization.Unicode;

/// <summary>
/// Extended grapheme clusters (UAX #29, rules GB3 to GB11) by the reference's character data. Pairs of regional indicators are
/// not joined: whoever asks here treats clusters of at most five bytes in a special way, and those have none.
/// </summary>
internal static class GraphemeClusters
{
    private const int ZeroWidthJoiner = 0x200D;

    private static readonly Lazy<CodePointMap<ClusterFlags>> Flags = new(Load);

    /// <summary>How many UTF-16 units the cluster at a text's start takes. The text isn't empty.</summary>
    public static int FirstLength(ReadOnlySpan<char> text)
    {
        var flags = Flags.Value;
        var character = CodePoints.At(text, 0, out var length);
        if (character == '\r')
            return text.Length > 1 && text[1] == '\n' ? 2 : 1;

        var state = new State(flags[character]);
        while (length < text.Length)
        {
            character = CodePoints.At(text, length, out var taken);
            var next = flags[character];
            if (state.EndsBefore(next))
                return length;
            state.Advance(character, next);
            length += taken;
        }

        return length;
    }

    /// <summary>The last place inside a text at which a cluster certainly ends, whatever stands before or after the text; 0: there is none.</summary>
    public static int LastCut(ReadOnlySpan<char> text)
    {
        var flags = Flags.Value;
        for (var at = text.Length - 1; at > 0; at--)
        {
            if (char.IsLowSurrogate(text[at]))
                continue;
            var (before, next) = (flags[CodePoints.Before(text, at)], flags[CodePoints.At(text, at, out _)]);

            // Beside a character that none of the rules names, only these two reach over.
            if ((next == ClusterFlags.None && (before & ClusterFlags.Prepending) == 0) || (before == ClusterFlags.None && (next & ClusterFlags.Extending) == 0))
                return at;
        }

        return 0;
    }

    private static CodePointMap<ClusterFlags> Load()
    {
        var map = new CodePointMap<ClusterFlags>();
        var rows = UnicodeTables.ClusterFlags;
        for (var i = 0; i < rows.Length; i += 3)
            map.WithRanges(rows.Slice(i, 2), (ClusterFlags)rows[i + 2]);
        foreach (var syllable in HangulSyllables.All)
            map[syllable] = HangulSyllables.Decompose(syllable).Length == 2 ? ClusterFlags.OpenSyllable : ClusterFlags.ClosedSyllable;
        return map;
    }

    private struct State(ClusterFlags flags)
    {
        private ClusterFlags _last = flags;
        private bool _inPictograph = flags.HasFlag(ClusterFlags.Pictographic);
        private bool _pictographJoined;
        private bool _inConjunct = flags.HasFlag(ClusterFlags.Consonant);
        private bool _conjunctLinked;

        public readonly bool EndsBefore(ClusterFlags next)
        {
            if (((_last | next) & ClusterFlags.Control) != 0)
                return true;
            if ((next & ClusterFlags.Extending) != 0 || (_last & ClusterFlags.Prepending) != 0)
                return false;
            if (_pictographJoined && (next & ClusterFlags.Pictographic) != 0)
                return false;
            if (_conjunctLinked && (next & ClusterFlags.Consonant) != 0)
                return false;
            return !JoinsSyllable(next);
        }

        public void Advance(int character, ClusterFlags next)
        {
            _last = next;
            if ((next & ClusterFlags.Pictographic) != 0)
            {
                (_inPictograph, _pictographJoined) = (true, false);
            }
            else
            {
                _pictographJoined = _inPictograph && character == ZeroWidthJoiner;
                _inPictograph &= (next & ClusterFlags.WithinPictograph) != 0;
            }

            if ((next & ClusterFlags.Consonant) != 0)
            {
                (_inConjunct, _conjunctLinked) = (true, false);
            }
            else
            {
                _inConjunct &= (next & (ClusterFlags.Linker | ClusterFlags.WithinConjunct)) != 0;
                _conjunctLinked = _inConjunct && (_conjunctLinked || (next & ClusterFlags.Linker) != 0);
            }
        }

        private readonly bool JoinsSyllable(ClusterFlags next)
        {
            const ClusterFlags syllables = ClusterFlags.OpenSyllable | ClusterFlags.ClosedSyllable;
            if ((_last & ClusterFlags.Leading) != 0)
                return (next & (ClusterFlags.Leading | ClusterFlags.Vowel | syllables)) != 0;
            if ((_last & (ClusterFlags.Vowel | ClusterFlags.OpenSyllable)) != 0)
                return (next & (ClusterFlags.Vowel | ClusterFlags.Trailing)) != 0;
            return (_last & (ClusterFlags.Trailing | ClusterFlags.ClosedSyllable)) != 0 && (next & ClusterFlags.Trailing) != 0;
        }
    }
}
