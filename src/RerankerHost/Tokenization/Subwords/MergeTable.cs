using System.Numerics;

namespace Rerank.RerankerHost.Tokenization.Subwords;

/// <summary>From two neighbouring tokens to the one that they become, and how early they do.</summary>
internal sealed class MergeTable
{
    private readonly Slot[] _slots;
    private readonly int _shift;

    /// <param name="merges">In order of their ranks; a pair that comes again takes the later one's.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Merged)> merges)
    {
        var bits = Math.Max(4, BitOperations.Log2((uint)merges.Count + 1) + 2);
        _slots = new Slot[1 << bits];
        _shift = 64 - bits;
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right, merged) = merges[rank];
            _slots[Find(Key(left, right))] = new Slot(Key(left, right), rank, merged);
        }
    }

    public bool TryGet(int left, int right, out int rank, out int merged)
    {
        ref readonly var slot = ref _slots[Find(Key(left, right))];
        (rank, merged) = (slot.Rank, slot.Merged);
        return slot.Key != 0;
    }

    // Zero is a free slot's.
    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) + (uint)right + 1;

    private int Find(ulong key)
    {
        var slots = _slots;
        var i = (int)((key * 0x9E3779B97F4A7C15UL) >> _shift);
        while (slots[i].Key != 0 && slots[i].Key != key)
            i = (i + 1) & (slots.Length - 1);
        return i;
    }

    private readonly record struct Slot(ulong Key, int Rank, int Merged);
}
