namespace Rerank.Dialects;

/// <summary>
/// Escapes of half a surrogate pair, as are in JSON of applications that cut strings by UTF-16 units: <c>"\ud83d"</c>. Such a text has no UTF-8, so readers refuse it; here it is
/// read with U+FFFD in that place, as most languages' JSON libraries do, since one document of many that was cut badly is no reason to rank none.
/// </summary>
internal static class LoneSurrogates
{
    private const int EscapeLength = 6;

    /// <summary>The same JSON, byte for byte but for such escapes; itself when it has none.</summary>
    public static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> json)
    {
        byte[]? mended = null;
        var bytes = json.Span;
        for (var at = 0; Find(bytes, ref at);)
        {
            mended ??= json.ToArray();
            "\\uFFFD"u8.CopyTo(mended.AsSpan(at));
            at += EscapeLength;
        }

        return mended ?? json;
    }

    /// <summary>Moves on to the next one.</summary>
    private static bool Find(ReadOnlySpan<byte> json, ref int at)
    {
        while (json[at..].IndexOf((byte)'\\') is >= 0 and var next)
        {
            at += next;
            if (Half(json[at..]) is not { } half)
            {
                // An escaped backslash is passed over whole, lest its second half be taken for the begin of an escape.
                at = Math.Min(at + 2, json.Length);
                continue;
            }

            if (half == Surrogate.High && Half(json[(at + EscapeLength)..]) == Surrogate.Low)
            {
                at += 2 * EscapeLength;
                continue;
            }

            return true;
        }

        return false;
    }

    /// <summary>Null when the text doesn't begin with the escape of a surrogate.</summary>
    private static Surrogate? Half(ReadOnlySpan<byte> text)
    {
        if (text.Length < EscapeLength || text[0] != '\\' || text[1] != 'u' || (text[2] | 0x20) != 'd')
            return null;
        if (!char.IsAsciiHexDigit((char)text[4]) || !char.IsAsciiHexDigit((char)text[5]))
            return null;
        return (char)(text[3] | 0x20) switch
        {
            '8' or '9' or 'a' or 'b' => Surrogate.High,
            >= 'c' and <= 'f' => Surrogate.Low,
            _ => null,
        };
    }

    private enum Surrogate
    {
        High,
        Low,
    }
}
