using Microsoft.AspNetCore.Http;

namespace Rerank.Http;

/// <summary>The body of a request that is passed on while it comes, and no more of it than allowed.</summary>
public sealed class LimitedBodyStream : Stream
{
    private readonly HttpContext _http;
    private readonly Stream _inner;
    private readonly long _limit;
    private long _read;

    /// <exception cref="Dialects.RequestException">Its caller announces more than <paramref name="limit"/> bytes.</exception>
    public LimitedBodyStream(HttpContext http, long limit)
    {
        ArgumentNullException.ThrowIfNull(http);
        (_http, _inner, _limit) = (http, http.Request.Body, limit);
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
        var read = await _inner.ReadAsync(buffer, cancellationToken);
        _read += read;
        return _read > _limit ? throw new InvalidDataException("the body has more bytes than allowed") : read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
