using Microsoft.AspNetCore.Http.Features;
using Rerank.Contracts.Dialects;

namespace Rerank.RerankerHost.Serving;

internal static class RequestBody
{
    /// <summary>Reads a whole body of at most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="RequestException">It is larger, or broken off.</exception>
    public static async Task<PooledBuffer> ReadAsync(HttpContext http, long limit)
    {
        // One byte more than the limit may pass, so that it is always this method that refuses, in words.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = limit + 1;
        if (http.Request.ContentLength > limit)
            throw TooLarge(limit);

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
                    throw TooLarge(limit);
            }
        }
        catch (BadHttpRequestException e)
        {
            body.Dispose();
            throw e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? TooLarge(limit)
                : new RequestException(new RequestError(RequestErrorKind.Malformed, $"the body can't be read: {e.Message}"), e);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static RequestException TooLarge(long limit) =>
        new(RequestErrorKind.TooLarge, $"the body is larger than the {limit} bytes allowed");
}
