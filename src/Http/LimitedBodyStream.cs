using Microsoft.AspNetCore.Http;

namespace Rerank.Http;

/// <summary>
/// The body of a request that is passed on while it comes, and no more of it than allowed. Where it is known how much is to come, a reader gets as much at once as it has room for: the server has
/// bodies in pieces of four KiB, each of which would be sent by itself. What is small and announced is kept, so that it can be sent to another.
/// </summary>
public sealed class LimitedBodyStream : Stream
{
    /// <summary>Bodies up to this size are kept.</summary>
    public const int MostKept = 64 * 1024;

    private readonly HttpContext _http;
    private readonly Stream _inner;
    private readonly long _limit;
    private readonly long _announced;
    private readonly PooledBuffer? _kept;
    private long _read;
    private int _given;
    private bool _hasBegun;

    /// <exception cref="Dialects.RequestException">Its caller announces more than <paramref name="limit"/> bytes.</exception>
    public LimitedBodyStream(HttpContext http, long limit)
    {
        ArgumentNullException.ThrowIfNull(http);
        (_http, _inner, _limit, _announced) = (http, http.Request.Body, limit, http.Request.ContentLength ?? 0);
        if (http.Request.ContentLength > limit)
            throw RequestBody.TooLarge(http, limit);
        if (_announced is > 0 and <= MostKept)
            _kept = new PooledBuffer((int)_announced);
    }

    /// <summary>Whether nothing of it has been read, or all that has been is kept.</summary>
    public bool CanBeSentAnew => !_hasBegun || _kept is not null;

    /// <summary>Whether all of it has come.</summary>
    public bool HasEnded { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="Dialects.RequestException">More has come than is allowed.</exception>
    public void ThrowIfTooLarge()
    {
        if (_read > _limit)
            throw RequestBody.TooLarge(_http, _limit);
    }

    /// <summary>The next read is from the beginning. Nobody may be reading any more.</summary>
    public void Rewind()
    {
        if (!CanBeSentAnew)
            throw new InvalidOperationException("what has been read isn't kept");
        _given = 0;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _hasBegun = true;
        if (_kept is { } kept && _given < kept.Length)
        {
            var again = Math.Min(buffer.Length, kept.Length - _given);
            kept.Written.Slice(_given, again).CopyTo(buffer);
            _given += again;
            return again;
        }

        var total = 0;
        int read;
        do
        {
            read = await _inner.ReadAsync(buffer[total..], cancellationToken);
            Keep(buffer.Slice(total, read));
            total += read;
            _read += read;
            HasEnded |= read == 0 || _read == _announced;
            if (_read > _limit)
                throw new InvalidDataException("the body has more bytes than allowed");
        }
        while (read > 0 && total < buffer.Length && _read < _announced);
        return total;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _kept?.Dispose();
        base.Dispose(disposing);
    }

    // Before anything else may fail: what is lost here is lost to the next host.
    private void Keep(ReadOnlyMemory<byte> bytes)
    {
        if (_kept is null || bytes.IsEmpty)
            return;
        bytes.CopyTo(_kept.GetMemory(bytes.Length));
        _kept.Advance(bytes.Length);
        _given += bytes.Length;
    }
}
