using System.Text;
using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Tokenization.Places;

/// <summary>What tokens are called in the vocabulary, by id. One block of bytes: strings of a large vocabulary would take several times as much.</summary>
internal sealed class TokenTexts
{
    private readonly int[] _ids;
    private readonly int[] _ends;
    private readonly byte[] _texts;

    /// <param name="tokens">Of equal ids the first counts.</param>
    /// <param name="areBytes">Whether they are written in the alphabet of bytes.</param>
    public TokenTexts(IEnumerable<(int Id, string Text)> tokens, bool areBytes)
    {
        AreBytes = areBytes;
        var sorted = tokens.DistinctBy(token => token.Id).OrderBy(token => token.Id).ToArray();
        _ids = new int[sorted.Length];
        _ends = new int[sorted.Length];
        _texts = new byte[sorted.Sum(token => Encoding.UTF8.GetByteCount(token.Text))];
        var end = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            end += Encoding.UTF8.GetBytes(sorted[i].Text, _texts.AsSpan(end));
            (_ids[i], _ends[i]) = (sorted[i].Id, end);
        }
    }

    public bool AreBytes { get; }

    /// <summary>In UTF-8; empty for an id that isn't there.</summary>
    public ReadOnlySpan<byte> Utf8(int id)
    {
        // Nearly every vocabulary has its ids without gaps.
        var at = (uint)id < (uint)_ids.Length && _ids[id] == id ? id : Array.BinarySearch(_ids, id);
        return at < 0 ? default : _texts.AsSpan(at == 0 ? 0 : _ends[at - 1], _ends[at] - (at == 0 ? 0 : _ends[at - 1]));
    }

    public string this[int id] => Encoding.UTF8.GetString(Utf8(id));

    /// <summary>How many bytes of a text are a token, when the text begins with it as it is written; 0: it doesn't.</summary>
    public int LengthAt(ReadOnlySpan<byte> text, int id)
    {
        var token = Utf8(id);
        if (!AreBytes)
            return text.StartsWith(token) ? token.Length : 0;
        var length = 0;
        for (; !token.IsEmpty; length++)
        {
            Rune.DecodeFromUtf8(token, out var letter, out var taken);
            if (length == text.Length || letter.Value != ByteAlphabet.Of(text[length]))
                return 0;
            token = token[taken..];
        }

        return length;
    }

    /// <summary>Whether a token stands for one byte, as <c>&lt;0x41&gt;</c> does.</summary>
    public bool IsByte(int id, byte value)
    {
        var token = Utf8(id);
        return !AreBytes && token.Length == 6 && token.StartsWith("<0x"u8) && token[5] == '>' && Digit(token[3]) == value >> 4 && Digit(token[4]) == (value & 15);

        static int Digit(byte letter) => letter is >= (byte)'0' and <= (byte)'9' ? letter - '0' : letter is >= (byte)'A' and <= (byte)'F' ? letter - 'A' + 10 : -1;
    }
}
