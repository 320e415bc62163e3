using System.Buffers;
using System.Globalization;
using Rerank.Dialects;
using Rerank.Http;

namespace Rerank.Router.Serving;

/// <summary>Writes answers and errors in the caller's dialect.</summary>
internal static class RerankResponses
{
    public static async Task WriteErrorAsync(HttpContext context, Dialect dialect, RequestError error)
    {
        using var body = new PooledBuffer(256);
        dialect.WriteError(body, error);
        if (error.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await WriteAsync(context, dialect.StatusOf(error.Kind), body);
    }

    /// <summary>With the methods that are taken in <c>Allow</c>.</summary>
    public static Task RefuseMethodAsync(HttpContext context) => WriteErrorAsync(
        context, RerankDialects.CohereV2, RerankDialects.WrongMethod(context.Request.Path, context.Request.Method, context.Response.Headers.Allow.ToString()));

    public static async Task WriteAsync(HttpContext context, int status, Action<IBufferWriter<byte>> write)
    {
        using var body = new PooledBuffer(512);
        write(body);
        await WriteAsync(context, status, body);
    }

    public static async Task WriteAsync(HttpContext context, int status, PooledBuffer body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body.Written, context.RequestAborted);
    }
}
