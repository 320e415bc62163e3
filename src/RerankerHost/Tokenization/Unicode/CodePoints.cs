using System.Runtime.CompilerServices;
using System.Text;

namespace Rerank.RerankerHost.Tokenization.Unicode;

/// <summary>Code points of UTF-16 text in which every surrogate has its pair.</summary>
internal static class CodePoints
{
    /// <summary>The character at a place, and how many UTF-16 units it takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int At(ReadOnlySpan<char> text, int at, out int length)
    {
        int character = text[at];
        length = 1;
        if ((character & 0xF800) == 0xD800)
        {
            length = 2;
            character = char.ConvertToUtf32(text[at], text[at + 1]);
        }

        return character;
    }

    public static void Append(PooledList<char> output, int character)
    {
        if (character < 0x10000)
        {
            output.Add((char)character);
            return;
        }

        character -= 0x10000;
        output.Add((char)(0xD800 + (character >> 10)));
        output.Add((char)(0xDC00 + (character & 0x3FF)));
    }

    /// <summary>Copies a text, with U+FFFD for every half of a surrogate pair, as the reference sees it.</summary>
    public static void AppendValid(PooledList<char> output, ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var at = text.IndexOfAnyInRange('\uD800', '\uDFFF');
            output.AddRange(at < 0 ? text : text[..at]);
            if (at < 0)
                return;
            Rune.DecodeFromUtf16(text[at..], out var rune, out var taken);
            Append(output, rune.Value);
            text = text[(at + taken)..];
        }
    }
}
