using System.Buffers;
using Rerank.RerankerHost.Tokenization.Places;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>
/// A growing list of token ids in pooled memory: where the work on a text puts what it finds, asks whether to go on, and says what it takes. Ids beyond those that are
/// kept are only counted.
/// </summary>
/// <param name="holdMemory">Told of bytes before they are taken, where they are many; refuses by an exception. Null: nobody counts.</param>
/// <param name="cancellationToken">Asked by <see cref="Check"/>.</param>
internal sealed class TokenBuffer(Action<long>? holdMemory = null, CancellationToken cancellationToken = default) : IDisposable
{
    // What short texts take is counted with the body that they come in.
    private const int Uncounted = 64 * 1024;

    private int[] _ids = ArrayPool<int>.Shared.Rent(1024);
    private int _mostKept = int.MaxValue;
    private long _scratch;

    public int Count { get; private set; }

    /// <summary>Takes down where the tokens stand; null: nobody wants to know. All tokens must be kept then.</summary>
    public TokenPlaces? Places { get; init; }

    /// <summary>How many of them can be read: the first.</summary>
    public int Kept => Math.Min(Count, _mostKept);

    public ReadOnlySpan<int> this[Range range] => Span[range];

    public ReadOnlySpan<int> Span => _ids.AsSpan(0, Kept);

    /// <summary>From here on only so many more are kept.</summary>
    public void Keep(int more) => _mostKept = (int)Math.Min((long)Count + more, int.MaxValue);

    public void Add(int id)
    {
        if (Count < _mostKept)
        {
            if (Count == _ids.Length)
                Grow();
            _ids[Count] = id;
        }

        Count++;
    }

    public void AddRange(ReadOnlySpan<int> ids)
    {
        var kept = ids[..Math.Clamp(_mostKept - Count, 0, ids.Length)];
        while (Count + kept.Length > _ids.Length && kept.Length > 0)
            Grow();
        if (kept.Length > 0)
            kept.CopyTo(_ids.AsSpan(Count));
        Count += ids.Length;
    }

    /// <summary>Drops what was added after there were <paramref name="count"/>.</summary>
    public void Truncate(int count) => Count = Math.Min(Count, count);

    /// <exception cref="OperationCanceledException">Nobody waits for the ids any more.</exception>
    public void Check() => cancellationToken.ThrowIfCancellationRequested();

    /// <summary>Says that the work on one piece of text is about to take so much memory for a moment.</summary>
    public void HoldScratch(long bytes)
    {
        if (bytes <= Uncounted * sizeof(int) || bytes <= _scratch)
            return;
        holdMemory?.Invoke(bytes - _scratch);
        _scratch = bytes;
    }

    public void Dispose()
    {
        Places?.Dispose();
        ArrayPool<int>.Shared.Return(_ids);
        _ids = [];
        Count = 0;
    }

    private void Grow()
    {
        var length = _ids.Length * 2;
        if (length > Uncounted)
            holdMemory?.Invoke((long)(length - _ids.Length) * sizeof(int));
        var larger = ArrayPool<int>.Shared.Rent(length);
        Span.CopyTo(larger);
        ArrayPool<int>.Shared.Return(_ids);
        _ids = larger;
    }
}
