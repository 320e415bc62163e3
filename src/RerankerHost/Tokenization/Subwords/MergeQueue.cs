namespace Rerank.RerankerHost.Tokenization.Subwords;

/// <summary>A merge that may be due.</summary>
/// <param name="At">Place of the left token.</param>
internal readonly record struct Merge(int Rank, int At, int Merged)
{
    public bool IsBefore(Merge other) => Rank < other.Rank || (Rank == other.Rank && At < other.At);
}

/// <summary>Merges by rank, then from left to right: a binary heap in memory of the caller.</summary>
internal ref struct MergeQueue(Span<Merge> storage)
{
    private readonly Span<Merge> _items = storage;
    private int _count;

    public void Push(Merge merge)
    {
        var at = _count++;
        while (at > 0)
        {
            var parent = (at - 1) / 2;
            if (!merge.IsBefore(_items[parent]))
                break;
            _items[at] = _items[parent];
            at = parent;
        }

        _items[at] = merge;
    }

    public bool TryPop(out Merge merge)
    {
        if (_count == 0)
        {
            merge = default;
            return false;
        }

        merge = _items[0];
        var last = _items[--_count];
        var at = 0;
        while (true)
        {
            var child = (2 * at) + 1;
            if (child >= _count)
                break;
            if (child + 1 < _count && _items[child + 1].IsBefore(_items[child]))
                child++;
            if (!_items[child].IsBefore(last))
                break;
            _items[at] = _items[child];
            at = child;
        }

        _items[at] = last;
        return true;
    }
}
