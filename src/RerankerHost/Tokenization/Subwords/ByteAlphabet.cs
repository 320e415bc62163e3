namespace Rerank.RerankerHost.Tokenization.Subwords;

/// <summary>
/// The characters by which byte-level vocabularies write bytes: printable ones of Latin-1 stand for themselves, the others
/// for characters from U+0100 on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Load();

    public static char Of(byte value) => Characters[value];

    private static char[] Load()
    {
        var all = new char[256];
        var next = '\u0100';
        for (var value = 0; value < 256; value++)
            all[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)value : next++;
        return all;
    }
}
