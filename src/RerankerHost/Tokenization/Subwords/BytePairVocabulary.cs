namespace Rerank.RerankerHost.Tokenization.Subwords;

/// <summary>What byte-pair encoding knows.</summary>
internal sealed class BytePairVocabulary
{
    public const int None = -1;

    private Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>? _whole;

    /// <summary>The token of each byte, or <see cref="None"/>.</summary>
    public required int[] Bytes { get; init; }

    public required MergeTable Merges { get; init; }

    /// <summary>Stands for bytes without a token; <see cref="None"/>: those are dropped.</summary>
    public required int Unknown { get; init; }

    /// <summary>Whether unknown bytes in a row are one token.</summary>
    public required bool FusesUnknown { get; init; }

    /// <summary>Words that are taken as they are, without merging, in the alphabet of bytes; null: none.</summary>
    public Dictionary<string, int>? Whole
    {
        init => _whole = value?.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public bool TryGetWhole(ReadOnlySpan<byte> word, out int id)
    {
        id = None;
        if (_whole is not { } whole)
            return false;
        var text = word.Length <= 256 ? stackalloc char[word.Length] : new char[word.Length];
        for (var i = 0; i < word.Length; i++)
            text[i] = ByteAlphabet.Of(word[i]);
        return whole.TryGetValue(text, out id);
    }

    /// <summary>Writes the tokens of single bytes.</summary>
    /// <returns>How many there are: no more than bytes.</returns>
    public int ToSymbols(ReadOnlySpan<byte> bytes, Span<Symbol> symbols)
    {
        var count = 0;
        var afterUnknown = false;
        foreach (var value in bytes)
        {
            var isUnknown = Bytes[value] == None;
            if (!isUnknown || (Unknown != None && !(afterUnknown && FusesUnknown)))
            {
                symbols[count] = new Symbol(isUnknown ? Unknown : Bytes[value], count - 1, count + 1);
                count++;
            }

            afterUnknown = isUnknown;
        }

        return count;
    }
}
