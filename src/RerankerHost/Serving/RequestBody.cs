using Rerank.Contracts.Dialects;
using Rerank.Programs.Http;

namespace Rerank.RerankerHost.Serving;

internal static class RequestBody
{
    private const int FirstRead = 16 * 1024;

    // A caller may announce a lot and send nothing.
    private const int MostFirstRead = 256 * 1024;

    /// <summary>Reads a whole body of at most <paramref name="limit"/> bytes, as far as there is memory and time for it.</summary>
    /// <exception cref="RequestException">It is larger, too late, broken off, or there is no room for it.</exception>
    public static async Task<PooledBuffer> ReadAsync(HttpContext http, long limit, RequestBudget budget)
    {
        try
        {
            return await ReadAsync(http, limit, budget.HoldBody, budget.Token);
        }
        catch (OperationCanceledException) when (budget.IsLate)
        {
            http.Response.Headers.Connection = "close";
            throw new RequestException(RequestErrorKind.DeadlineExceeded, $"the body did not come within {budget.Timeout.TotalMilliseconds:0} ms");
        }
    }

    /// <summary>Reads a whole body of at most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="RequestException">It is larger, broken off, or compressed in a way that isn't taken.</exception>
    public static Task<PooledBuffer> ReadAsync(HttpContext http, long limit) => ReadAsync(http, limit, static (_, _) => { }, http.RequestAborted);

    /// <param name="hold">Told how many bytes have come and are announced, before they are kept.</param>
    private static async Task<PooledBuffer> ReadAsync(HttpContext http, long limit, Action<long, long?> hold, CancellationToken cancellationToken)
    {
        var announced = http.Request.ContentLength;
        if (announced > limit)
            throw TooLarge(http, limit);
        if (CompressedBodies.IsUnsupported(http.Request, out var encoding))
            throw new RequestException(RequestErrorKind.UnsupportedEncoding, $"the body has the content encoding {encoding}; {CompressedBodies.Supported} are taken");
        Hold(http, hold, Math.Min(announced ?? FirstRead, MostFirstRead), announced);

        // One byte more than announced, so that the end is seen without growing.
        var body = new PooledBuffer((int)Math.Min(announced + 1 ?? FirstRead, MostFirstRead));
        try
        {
            while (true)
            {
                var read = await http.Request.Body.ReadAsync(body.GetMemory(), cancellationToken);
                if (read == 0)
                    return body;
                body.Advance(read);
                if (body.Length > limit)
                    throw TooLarge(http, limit);
                Hold(http, hold, body.Length, announced);
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

    private static void Hold(HttpContext http, Action<long, long?> hold, long bytes, long? announced)
    {
        try
        {
            hold(bytes, announced);
        }
        catch (RequestException)
        {
            EndConnection(http);
            throw;
        }
    }

    private static RequestException TooLarge(HttpContext http, long limit)
    {
        EndConnection(http);
        return new RequestException(RequestErrorKind.TooLarge, $"the body is larger than the {limit} bytes allowed");
    }

    /// <summary>
    /// The caller may be sending still. What comes is thrown away for some seconds, so that the refusal isn't lost in a reset connection; then it is closed,
    /// and the caller is told so, lest it sends the next request there.
    /// </summary>
    private static void EndConnection(HttpContext http) => http.Response.Headers.Connection = "close";
}
