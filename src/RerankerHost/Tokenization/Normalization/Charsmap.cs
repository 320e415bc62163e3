using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Rerank.RerankerHost.Tokenization.Normalization;

/// <summary>
/// SentencePiece's precompiled map of characters: a double-array trie (Darts) over UTF-8, whose leaves say where in a list of
/// zero-terminated texts the replacement stands.
/// </summary>
internal sealed class Charsmap
{
    private readonly uint[] _units;
    private readonly string _texts;

    // From the place of a byte to that of the character which begins there, or -1.
    private readonly int[] _places;

    /// <exception cref="FormatException">The bytes aren't such a map.</exception>
    public Charsmap(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(bytes) is var size && (size > bytes.Length - 4 || size % 4 != 0 || size == 0))
            throw new FormatException("the map's trie is cut off");
        _units = new uint[size / 4];
        for (var i = 0; i < _units.Length; i++)
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 + (i * 4))..]);

        var texts = bytes[(4 + (int)size)..];
        _places = new int[texts.Length];
        Array.Fill(_places, -1);
        var characters = new StringBuilder(texts.Length);
        for (var at = 0; at < texts.Length;)
        {
            if (Rune.DecodeFromUtf8(texts[at..], out var rune, out var taken) != OperationStatus.Done)
                throw new FormatException("the map's texts aren't UTF-8");
            _places[at] = characters.Length;
            characters.Append(rune.ToString());
            at += taken;
        }

        _texts = characters.ToString();
    }

    /// <summary>The replacement of the shortest mapped text that the bytes begin with.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(ReadOnlySpan<byte> text, out ReadOnlySpan<char> replacement)
    {
        replacement = default;
        var at = Offset(_units[0]);
        foreach (var label in text)
        {
            at ^= label;
            if (label == 0 || at >= _units.Length || (_units[at] & 0x800000FF) != label)
                return false;
            var unit = _units[at];
            at ^= Offset(unit);
            if ((unit & (1 << 8)) == 0)
                continue;
            if (at >= _units.Length || (_units[at] & 0x7FFFFFFF) is var place && (place >= _places.Length || _places[place] < 0))
                return false;
            replacement = _texts.AsSpan(_places[place]);
            var end = replacement.IndexOf('\0');
            if (end >= 0)
                replacement = replacement[..end];
            return true;
        }

        return false;
    }

    // Long offsets are kept without their lowest eight bits.
    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1 << 9)) >> 6);
}
