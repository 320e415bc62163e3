namespace Rerank.RerankerHost.Tokenization.Unicode;

/// <summary>What matters of a character for where grapheme clusters end. The bits of <see cref="UnicodeTables.ClusterFlags"/>.</summary>
[Flags]
internal enum ClusterFlags : ushort
{
    None = 0,
    Control = 1,

    /// <summary>Never begins a cluster unless it follows a control.</summary>
    Extending = 1 << 1,

    /// <summary>What follows it doesn't begin a cluster.</summary>
    Prepending = 1 << 2,
    Pictographic = 1 << 3,

    /// <summary>May stand between a pictograph and the joiner to the next.</summary>
    WithinPictograph = 1 << 4,

    /// <summary>Jamo, as the next two.</summary>
    Leading = 1 << 5,
    Vowel = 1 << 6,
    Trailing = 1 << 7,

    /// <summary>Of a script in which a linker joins it to another.</summary>
    Consonant = 1 << 8,
    Linker = 1 << 9,
    WithinConjunct = 1 << 10,

    /// <summary>A Hangul syllable without trailing consonant.</summary>
    OpenSyllable = 1 << 11,
    ClosedSyllable = 1 << 12,
}
