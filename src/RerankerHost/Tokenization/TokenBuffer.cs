using System.Buffers;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>A growing list of token ids in pooled memory.</summary>
internal sealed class TokenBuffer : IDisposable
{
    private int[] _ids = ArrayPool<int>.Shared.Rent(1024);

    public int Count { get; private set; }

    public ReadOnlySpan<int> this[Range range] => _ids.AsSpan(0, Count)[range];

    public ReadOnlySpan<int> Span => _ids.AsSpan(0, Count);

    public void Add(int id)
    {
        if (Count == _ids.Length)
            Grow();
        _ids[Count++] = id;
    }

    public void AddRange(ReadOnlySpan<int> ids)
    {
        while (Count + ids.Length > _ids.Length)
            Grow();
        ids.CopyTo(_ids.AsSpan(Count));
        Count += ids.Length;
    }

    /// <summary>Drops what was added after there were <paramref name="count"/>.</summary>
    public void Truncate(int count) => Count = Math.Min(Count, count);

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_ids);
        _ids = [];
        Count = 0;
    }

    private void Grow()
    {
        var larger = ArrayPool<int>.Shared.Rent(_ids.Length * 2);
        Span.CopyTo(larger);
        ArrayPool<int>.Shared.Return(_ids);
        _ids = larger;
    }
}
