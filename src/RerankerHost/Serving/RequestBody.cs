using Rerank.Contracts.Dialects;
using Rerank.Programs.Http;

namespace Rerank.RerankerHost.Serving;

internal static class RequestBody
{
    /// <summary>Reads a whole body of at most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="RequestException">It is larger, broken off, or compressed in a way that isn't taken.</exception>
    public static async Task<PooledBuffer> ReadAsync(HttpContext http, long limit)
    {
        if (http.Request.ContentLength > limit)
            throw TooLarge(http, limit);
        if (CompressedBodies.IsUnsupported(http.Request, out var encoding))
            throw new RequestException(RequestErrorKind.UnsupportedEncoding, $"the body has the content encoding {encoding}; {CompressedBodies.Supported} are taken");

        var body = new PooledBuffer((int)Math.Min(http.Request.ContentLength + 1 ?? 4096, 1 << 20));
        try
        {
            while (true)
            {
                var read = await http.Request.Body.ReadAsync(body.GetMemory(), http.RequestAborted);
                if (read == 0)
                    return body;
                body.Advance(read);
                if (body.Length > limit)
                    throw TooLarge(http, limit);
            }
        }
        catch (BadHttpRequestException e)
        {
            body.Dispose();
            throw new RequestException(new RequestError(RequestErrorKind.Malformed, $"the body can't be read: {e.Message}"), e);
        }
        catch (Exception e) when (CompressedBodies.IsCorrupt(e))
        {
            body.Dispose();
            http.Response.Headers.Connection = "close";
            throw new RequestException(new RequestError(RequestErrorKind.Malformed, "the body is not what its content encoding says"), e);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The caller may be sending still. What comes is thrown away for some seconds, so that the refusal isn't lost in a reset connection; then it is closed,
    /// and the caller is told so, lest it sends the next request there.
    /// </summary>
    private static RequestException TooLarge(HttpContext http, long limit)
    {
        http.Response.Headers.Connection = "close";
        return new RequestException(RequestErrorKind.TooLarge, $"the body is larger than the {limit} bytes allowed");
    }
}
