using System.Buffers;
using System.Text;

namespace Rerank.RerankerHost.Tokenization.Places;

/// <summary>
/// Takes down where in a text its tokens stand, while they are found. Whoever cuts a text says where its parts are; whoever changes one brings a list of where its characters come from.
/// </summary>
/// <param name="holdMemory">As of <see cref="TokenBuffer"/>.</param>
internal sealed class TokenPlaces(TokenTexts texts, Action<long>? holdMemory = null) : IDisposable
{
    private const int Uncounted = 32 * 1024;

    private readonly PooledList<TokenPlace> _places = new();
    private int _counted = Uncounted;
    private PooledList<TokenPlace>? _origins;
    private int _before;

    /// <summary>By token, in UTF-16 units of the whole text.</summary>
    public ReadOnlySpan<TokenPlace> Span => _places.Span;

    /// <summary>From here on the text that is worked on is the rest of what it was.</summary>
    /// <param name="count">Characters that were before it; negative on the way back.</param>
    public void Move(int count) => _before += count;

    /// <summary>From here on the text that is worked on is another one.</summary>
    /// <param name="origins">Where each of its characters comes from in the whole text.</param>
    /// <returns>What to give to <see cref="Leave"/>.</returns>
    public (PooledList<TokenPlace>? Origins, int Before) Enter(PooledList<TokenPlace> origins)
    {
        var outer = (_origins, _before);
        (_origins, _before) = (origins, 0);
        return outer;
    }

    public void Leave((PooledList<TokenPlace>? Origins, int Before) outer) => (_origins, _before) = outer;

    /// <summary>Where a character of the text that is worked on comes from.</summary>
    public TokenPlace OriginOf(int index) => _origins is { } origins ? origins.Span[_before + index] : new TokenPlace(_before + index, _before + index + 1);

    /// <summary>A token stands at some characters of the text that is worked on.</summary>
    public void Add(int start, int end) => AddPlace(end > start ? new TokenPlace(OriginOf(start).Start, OriginOf(end - 1).End) : TokenPlace.Unknown);

    /// <summary>Drops what was added after there were <paramref name="count"/>.</summary>
    public void Truncate(int count) => _places.Truncate(count);

    /// <summary>A piece of the text has become tokens. Where in it each of them stands is seen by what it is called in the vocabulary.</summary>
    public void AddPiece(ReadOnlySpan<char> piece, PiecePlace place, ReadOnlySpan<int> ids)
    {
        var before = _places.Count;
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(piece.Length));
        var bytes = rented.AsSpan(0, Encoding.UTF8.GetBytes(piece, rented));
        var cursor = new PieceCursor(piece);
        var at = 0;
        for (var i = 0; i < ids.Length;)
        {
            var (count, length) = Next(bytes[at..], ids[i..]);
            var range = cursor.Range(at, at + length);
            for (; count > 0; count--, i++)
                AddPlace(length == 0 ? TokenPlace.Unknown : new TokenPlace(OriginOf(place.Of(range.Start)).Start, OriginOf(place.Of(range.End - 1)).End));
            at += length;
        }

        // A token that couldn't be seen was taken for another text than it is.
        if (at != bytes.Length)
            _places.Span[before..].Fill(TokenPlace.Unknown);
        ArrayPool<byte>.Shared.Return(rented);
    }

    public void Dispose() => _places.Dispose();

    /// <summary>How many tokens are next, and how many bytes they take together.</summary>
    private (int Tokens, int Bytes) Next(ReadOnlySpan<byte> text, ReadOnlySpan<int> ids)
    {
        if (texts.LengthAt(text, ids[0]) is > 0 and var known)
            return (1, known);

        // Bytes that stand for a text that the vocabulary lacks all have the place of that text.
        var bytes = 0;
        while (bytes < Math.Min(text.Length, ids.Length) && texts.IsByte(ids[bytes], text[bytes]))
            bytes++;
        if (bytes > 0)
            return (bytes, bytes);

        // An unknown one goes on to where the next is seen.
        if (ids.Length == 1)
            return (1, text.Length);
        for (var end = 1; end < text.Length; end++)
        {
            if ((text[end] & 0xC0) != 0x80 && (texts.LengthAt(text[end..], ids[1]) > 0 || texts.IsByte(ids[1], text[end])))
                return (1, end);
        }

        return (1, 0);
    }

    private void AddPlace(TokenPlace place)
    {
        if (_places.Count == _counted)
        {
            holdMemory?.Invoke(2L * _counted * sizeof(long));
            _counted *= 2;
        }

        _places.Add(place);
    }

    /// <summary>From bytes of a piece to its characters, going forward.</summary>
    private ref struct PieceCursor(ReadOnlySpan<char> piece)
    {
        private readonly ReadOnlySpan<char> _piece = piece;
        private int _unit;
        private int _byte;

        /// <summary>Of the characters of which the bytes are a part.</summary>
        public (int Start, int End) Range(int start, int end)
        {
            while (_unit < _piece.Length && _byte + Width(out var units) <= start)
                Step(units);
            var first = _unit;
            var (unit, at) = (_unit, _byte);
            while (unit < _piece.Length && at < end)
            {
                var (next, width) = WidthAt(unit);
                (unit, at) = (unit + next, at + width);
            }

            return (first, unit);
        }

        private readonly int Width(out int units)
        {
            (units, var width) = WidthAt(_unit);
            return width;
        }

        private void Step(int units)
        {
            _byte += WidthAt(_unit).Bytes;
            _unit += units;
        }

        private readonly (int Units, int Bytes) WidthAt(int unit)
        {
            Rune.DecodeFromUtf16(_piece[unit..], out var rune, out var units);
            return (units, rune.Utf8SequenceLength);
        }
    }
}
