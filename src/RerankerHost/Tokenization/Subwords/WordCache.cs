namespace Rerank.RerankerHost.Tokenization.Subwords;

/// <summary>
/// The tokens of words that come again, in a fixed number of places. A word is kept from its second appearance on, so that
/// text of which nothing comes again leaves no garbage.
/// </summary>
internal sealed class WordCache
{
    private const int Places = 1 << 14;
    private const int MaxLength = 32;

    private readonly Entry?[] _entries = new Entry?[Places];
    private readonly int[] _seen = new int[Places];

    public bool TryGet(ReadOnlySpan<char> word, out ReadOnlySpan<int> ids)
    {
        ids = default;
        if (word.Length > MaxLength || Volatile.Read(ref _entries[Place(string.GetHashCode(word))]) is not { } entry || !word.SequenceEqual(entry.Word))
            return false;
        ids = entry.Ids;
        return true;
    }

    public void Remember(ReadOnlySpan<char> word, ReadOnlySpan<int> ids)
    {
        if (word.Length > MaxLength)
            return;
        var hash = string.GetHashCode(word);
        var place = Place(hash);
        if (Volatile.Read(ref _seen[place]) == hash)
            Volatile.Write(ref _entries[place], new Entry(word.ToString(), ids.ToArray()));
        else
            Volatile.Write(ref _seen[place], hash);
    }

    private static int Place(int hash) => hash & (Places - 1);

    private sealed record Entry(string Word, int[] Ids);
}
