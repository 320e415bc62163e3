using System.Numerics;
using System.Runtime.CompilerServices;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>
/// The vocabulary as two tries in one hash table: pieces that begin a word, and pieces that continue one. Finds the longest
/// piece in one pass over its characters, without making a string.
/// </summary>
internal sealed class WordPieceVocabulary
{
    // A slot holds its parent's slot, the character that leads to it plus one, and the token that ends there plus one.
    private const int ParentBits = 22;
    private const int CharacterBits = 21;
    private const int TokenBits = 64 - ParentBits - CharacterBits;
    private const int MaxSlotBits = ParentBits - 1;
    private const ulong TokenMask = (1UL << TokenBits) - 1;

    private readonly ulong[] _slots;
    private readonly int _shift;

    /// <param name="pieces">The text of each token (a continuing one without its prefix), whether it continues a word, and its id.</param>
    /// <exception cref="ArgumentException">More than the table can hold.</exception>
    public WordPieceVocabulary(IReadOnlyCollection<(string Text, bool Continues, int Id)> pieces)
    {
        var bits = Math.Max(8, BitOperations.Log2((uint)CountNodes(pieces)) + 2);
        if (bits > MaxSlotBits)
            throw new ArgumentException("the vocabulary has too many pieces", nameof(pieces));

        _slots = new ulong[1 << bits];
        _shift = 64 - bits;
        foreach (var (text, continues, id) in pieces)
        {
            if (id < 0 || (ulong)id >= TokenMask)
                throw new ArgumentException($"token id {id} is out of range", nameof(pieces));
            Add(text, continues, id);
        }
    }

    /// <summary>The longest piece that the characters begin with.</summary>
    /// <returns>How many characters it takes; 0 when there is none.</returns>
    public int FindLongest(ReadOnlySpan<int> characters, bool continues, out int id)
    {
        id = -1;
        var length = 0;
        var node = Root(continues);
        for (var i = 0; i < characters.Length; i++)
        {
            node = Find(Key(node, characters[i]));
            var slot = _slots[node];
            if (slot == 0)
                break;
            if ((slot & TokenMask) != 0)
            {
                id = (int)(slot & TokenMask) - 1;
                length = i + 1;
            }
        }

        return length;
    }

    private static int CountNodes(IEnumerable<(string Text, bool Continues, int Id)> pieces)
    {
        // In sorted order a piece adds a node for every character that it doesn't share with the one before.
        var nodes = 1;
        var previous = "";
        foreach (var text in pieces.Select(piece => (piece.Continues ? "\u0001" : "\u0000") + piece.Text).Order(StringComparer.Ordinal))
        {
            nodes += text.Length - text.AsSpan().CommonPrefixLength(previous);
            previous = text;
        }

        return nodes;
    }

    private static ulong Key(int node, int character) => ((ulong)node << (CharacterBits + TokenBits)) | ((ulong)(character + 1) << TokenBits);

    private int Root(bool continues) => _slots.Length + (continues ? 1 : 0);

    private void Add(string text, bool continues, int id)
    {
        var node = Root(continues);
        foreach (var rune in text.EnumerateRunes())
        {
            var key = Key(node, rune.Value);
            node = Find(key);
            if (_slots[node] == 0)
                _slots[node] = key;
        }

        if (node < _slots.Length)
            _slots[node] = (_slots[node] & ~TokenMask) | ((ulong)id + 1);
    }

    /// <summary>The slot of a key, or the free one (0) that it would take.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Find(ulong key)
    {
        var slots = _slots;
        var i = (int)((key * 0x9E3779B97F4A7C15UL) >> _shift);
        while (slots[i] != 0 && (slots[i] & ~TokenMask) != key)
            i = (i + 1) & (slots.Length - 1);
        return i;
    }
}
