using Microsoft.AspNetCore.Http;

namespace Rerank.Http;

/// <summary>
/// The body of a request that is passed on while it comes, and no more of it than allowed. Where it is known how much is to come, a reader gets as much at once as it has room for: the server has
/// bodies in pieces of four KiB, each of which would be sent by itself.
/// </summary>
public sealed class LimitedBodyStream : Stream
{
    private readonly HttpContext _http;
    private readonly Stream _inner;
    private readonly long _limit;
    private readonly long _announced;
    private long _read;

    /// <exception cref="Dialects.RequestException">Its caller announces more than <paramref name="limit"/> bytes.</exception>
    public LimitedBodyStream(HttpContext http, long limit)
    {
        ArgumentNullException.ThrowIfNull(http);
        (_http, _inner, _limit, _announced) = (http, http.Request.Body, limit, http.Request.ContentLength ?? 0);
        if (http.Request.ContentLength > limit)
            throw RequestBody.TooLarge(http, limit);
    }

    /// <summary>Whether somebody has read of it, so that it can't be sent anew.</summary>
    public bool HasBegun { get; private set; }

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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        HasBegun = true;
        var total = 0;
        int read;
        do
        {
            read = await _inner.ReadAsync(buffer[total..], cancellationToken);
            total += read;
            _read += read;
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
}
