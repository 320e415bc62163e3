using Rerank.Contracts.Dialects;
using Rerank.Programs.Http;
using Rerank.Router.Buffers;

namespace Rerank.Router.Serving;

/// <summary>Reads a whole body into pooled memory, and no more than allowed.</summary>
internal static class RequestBody
{
    private const int FirstRead = 16 * 1024;

    // A caller may announce a lot and send nothing.
    private const int MaxFirstRead = 256 * 1024;

    /// <param name="memory">Grows with what has come; refuses what there is no room for.</param>
    /// <param name="patience">For how long the request may take in all; a body that comes more slowly is given up.</param>
    /// <exception cref="RequestException">It is too large, or too late, or can't be read.</exception>
    public static async Task<PooledBuffer> ReadAsync(
        HttpRequest request, long maxBytes, RequestMemory.Reservation memory, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await ReadAsync(request, maxBytes, memory, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            request.HttpContext.Response.Headers.Connection = "close";
            throw new RequestException(RequestErrorKind.DeadlineExceeded, $"the body did not come within {patience.TotalMilliseconds:0} ms");
        }
    }

    private static async Task<PooledBuffer> ReadAsync(HttpRequest request, long maxBytes, RequestMemory.Reservation memory, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
            throw TooLarge(request, maxBytes);
        if (CompressedBodies.IsUnsupported(request, out var encoding))
            throw new RequestException(RequestErrorKind.UnsupportedEncoding, $"the body has the content encoding {encoding}; {CompressedBodies.Supported} are taken");

        Hold(memory, Math.Min(request.ContentLength ?? FirstRead, MaxFirstRead), request.ContentLength);

        // One byte more than announced, so that the end is seen without growing.
        var body = new PooledBuffer((int)Math.Min(request.ContentLength + 1 ?? FirstRead, MaxFirstRead));
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(body.GetMemory(), cancellationToken)) > 0)
            {
                body.Advance(read);
                if (body.Length > maxBytes)
                    throw TooLarge(request, maxBytes);
                Hold(memory, body.Length, request.ContentLength);
            }

            return body;
        }
        catch (BadHttpRequestException e)
        {
            body.Dispose();
            throw new RequestException(new RequestError(RequestErrorKind.Malformed, $"the body could not be read: {e.Message}"), e);
        }
        catch (Exception e) when (CompressedBodies.IsCorrupt(e))
        {
            body.Dispose();
            request.HttpContext.Response.Headers.Connection = "close";
            throw new RequestException(new RequestError(RequestErrorKind.Malformed, "the body is not what its content encoding says"), e);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static void Hold(RequestMemory.Reservation memory, long bytes, long? announced)
    {
        if (!memory.TryHold(bytes, announced))
            throw new RequestException(new RequestError(RequestErrorKind.Overloaded, "the router has too many bytes of requests in flight", RetryAfterSeconds: 1));
    }

    /// <summary>
    /// The caller may be sending still. What comes is thrown away for some seconds, so that the refusal isn't lost in a reset connection; then it is closed,
    /// and the caller is told so, lest it sends the next request there.
    /// </summary>
    private static RequestException TooLarge(HttpRequest request, long maxBytes)
    {
        request.HttpContext.Response.Headers.Connection = "close";
        return new RequestException(RequestErrorKind.TooLarge, $"the body has more than {maxBytes} bytes; at most {maxBytes} are allowed");
    }
}
