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

    /// <summary>The character that ends at a place which isn't the text's start.</summary>
    public static int Before(ReadOnlySpan<char> text, int at) =>
        at > 1 && char.IsLowSurrogate(text[at - 1]) ? char.ConvertToUtf32(text[at - 2], text[at - 1]) : text[at - 1];

    /// <summary>The place itself, or the one before it where that is in the middle of a character; 0 where it is before the text.</summary>
    public static int WholeBefore(ReadOnlySpan<char> text, int at) =>
        at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) ? at - 1 : Math.Max(at, 0);

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
