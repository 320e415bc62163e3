using System.Text;

namespace Rerank.RerankerHost.Tokenization.Subwords;

/// <summary>A text has too much in it that can't be cut beforehand. Its own fault.</summary>
internal sealed class PieceTooLongException(string bytes)
    : Exception($"{bytes} without a break that the tokenizer could cut it at, more than the {MostBytes} allowed")
{
    /// <summary>While it is cut a piece takes forty times its size: a few requests must not take the whole pod's memory.</summary>
    public const int MostBytes = 1 << 20;

    /// <exception cref="PieceTooLongException">It takes more than <see cref="MostBytes"/> as UTF-8.</exception>
    public static void Check(ReadOnlySpan<char> piece)
    {
        if (piece.Length > MostBytes / 3 && Encoding.UTF8.GetByteCount(piece) is var bytes and > MostBytes)
            throw new PieceTooLongException($"{bytes} bytes");
    }

    /// <param name="held">UTF-16 units of a text that is worked on in blocks which are kept, since it can't be cut in them.</param>
    /// <param name="last">Those that came last.</param>
    /// <exception cref="PieceTooLongException">It takes more than <see cref="MostBytes"/> as UTF-8, and goes on.</exception>
    public static void CheckHeld(int held, int last)
    {
        if (held > MostBytes + last)
            throw new PieceTooLongException($"{MostBytes + 1} bytes or more");
    }
}
