using System.Buffers;

namespace Rerank.Http;

/// <summary>
/// Bytes in an array of the shared pool. Counted references, because a request that was given up may still be sending them: the array goes
/// back when nobody reads it any more.
/// </summary>
public sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private const int MinimumBytes = 1024;

    private byte[] _array;
    private int _references = 1;

    public PooledBuffer(int capacity = 4096) => _array = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, MinimumBytes));

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, Length);

    public void Clear() => Length = 0;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _array.Length - Length);
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureFree(Math.Max(sizeHint, 1));
        return _array.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Keeps the bytes until a <see cref="Dispose"/> of its own.</summary>
    /// <exception cref="ObjectDisposedException">They are gone already.</exception>
    public void Retain()
    {
        for (var references = Volatile.Read(ref _references); ;)
        {
            ObjectDisposedException.ThrowIf(references == 0, this);
            var seen = Interlocked.CompareExchange(ref _references, references + 1, references);
            if (seen == references)
                return;
            references = seen;
        }
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _references) == 0)
            ArrayPool<byte>.Shared.Return(_array);
    }

    private void EnsureFree(int count)
    {
        if (_array.Length - Length >= count)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + count, _array.Length * 2));
        _array.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
