using Microsoft.AspNetCore.Http;
using Rerank.Dialects;

namespace Rerank.Http;

/// <summary>Reads a whole body into pooled memory, and no more than allowed.</summary>
public static class RequestBody
{
    private const int FirstRead = 16 * 1024;

    // A caller may announce a lot and send nothing.
    private const int MostFirstRead = 256 * 1024;

    /// <summary>Of at most <paramref name="limit"/> bytes, as far as there is memory and time for it.</summary>
    /// <exception cref="RequestException">It is larger, too late, broken off, compressed in a way that isn't taken, or there is no room for it.</exception>
    public static async Task<PooledBuffer> ReadAsync(HttpContext http, long limit, RequestBudget budget)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(budget);
        try
        {
            return await ReadAsync(http, limit, budget.HoldBody, budget.Token);
        }
        catch (OperationCanceledException) when (budget.IsLate)
        {
            EndConnection(http);
            throw new RequestException(RequestErrorKind.DeadlineExceeded, $"the body did not come within {budget.Timeout.TotalMilliseconds:0} ms");
        }
    }

    /// <summary>Of at most <paramref name="limit"/> bytes, whatever time it takes: for callers that are trusted.</summary>
    /// <exception cref="RequestException">It is larger, broken off, or compressed in a way that isn't taken.</exception>
    public static Task<PooledBuffer> ReadAsync(HttpContext http, long limit)
    {
        ArgumentNullException.ThrowIfNull(http);
        return ReadAsync(http, limit, static (_, _) => { }, http.RequestAborted);
    }

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
            int read;
            while ((read = await http.Request.Body.ReadAsync(body.GetMemory(), cancellationToken)) > 0)
            {
                body.Advance(read);
                if (body.Length > limit)
                    throw TooLarge(http, limit);
                Hold(http, hold, body.Length, announced);
            }

            return body;
        }
        catch (BadHttpRequestException e)
        {
            body.Dispose();
            throw new RequestException(new RequestError(RequestErrorKind.Malformed, $"the body can't be read: {e.Message}"), e);
        }
        catch (Exception e) when (CompressedBodies.IsCorrupt(e))
        {
            body.Dispose();
            EndConnection(http);
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

    internal static RequestException TooLarge(HttpContext http, long limit)
    {
        EndConnection(http);
        return new RequestException(RequestErrorKind.TooLarge, $"the body has more than {limit} bytes; at most {limit} are allowed");
    }

    /// <summary>
    /// The caller may be sending still. What comes is thrown away for some seconds, so that the refusal isn't lost in a reset connection; then it is closed,
    /// and the caller is told so, lest it sends the next request there.
    /// </summary>
    private static void EndConnection(HttpContext http) => http.Response.Headers.Connection = "close";
}
