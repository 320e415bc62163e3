namespace Rerank.RerankerHost.Tokenization;

/// <summary>What becomes of one character. The default value: it stays as it is.</summary>
internal readonly record struct CharacterEntry(uint Bits)
{
    private const uint ValueMask = (1 << 21) - 1;
    private const uint MappedBit = 1u << 31;

    public static readonly CharacterEntry Removed = new(MappedBit | (uint)CharacterKind.Removed);

    public static readonly CharacterEntry Barrier = new(MappedBit | (uint)CharacterKind.Barrier);

    public static readonly CharacterEntry Space = new(MappedBit | (uint)CharacterKind.Space);

    public bool IsUnchanged => Bits == 0;

    public CharacterKind Kind => (CharacterKind)(Bits & ~(ValueMask | MappedBit));

    /// <summary>The character that takes its place; for <see cref="CharacterKind.Several"/> where they are listed.</summary>
    public int Value => (int)(Bits & ValueMask);

    public static CharacterEntry Of(CharacterKind kind, int value) => new(MappedBit | (uint)kind | (uint)value);
}

internal enum CharacterKind : uint
{
    /// <summary>Part of a word.</summary>
    Letter = 0,

    /// <summary>Leaves nothing behind.</summary>
    Removed = 1 << 21,

    /// <summary>Leaves nothing behind, but combining characters don't move across it.</summary>
    Barrier = 2 << 21,

    /// <summary>Ends a word.</summary>
    Space = 3 << 21,

    /// <summary>A word by itself.</summary>
    Isolated = 4 << 21,

    /// <summary>Part of a word, to be put in canonical order with its neighbours.</summary>
    Combining = 5 << 21,

    /// <summary>Becomes more than one character.</summary>
    Several = 6 << 21,
}
