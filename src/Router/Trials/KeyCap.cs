namespace Rerank.Router.Trials;

/// <summary>
/// Lets a bounded number of a key's requests through in each period. What is let through depends on counts only, never on what becomes of a request. Keys that
/// share a counter share its bound. Whoever has it sees to it that one thread at a time uses it.
/// </summary>
internal sealed class KeyCap(int most, TimeSpan period)
{
    private byte[]? _counts;
    private long _period;

    public bool TryCount(ulong key, TimeSpan now)
    {
        var current = now.Ticks / period.Ticks;
        if (_counts is null)
            (_counts, _period) = (new byte[KeyHash.Cells], current);
        if (current != _period)
        {
            Array.Clear(_counts);
            _period = current;
        }

        ref var count = ref _counts[KeyHash.CellOf(key)];
        if (count >= most)
            return false;
        count++;
        return true;
    }
}

/// <summary>Where a table of fixed size has a key.</summary>
internal static class KeyHash
{
    public const int Cells = 1 << Bits;

    private const int Bits = 16;

    // Fibonacci hashing, for keys that aren't hashes.
    public static int CellOf(ulong key) => (int)((key * 0x9E37_79B9_7F4A_7C15) >> (64 - Bits));
}
