using System.Buffers;
using Rerank.Dialects;
using Rerank.Http;

namespace Rerank.RerankerHost.Serving;

/// <summary>Sends a body of JSON as a whole.</summary>
internal static class JsonAnswer
{
    public static async Task SendAsync(HttpContext http, int status, Action<IBufferWriter<byte>> write)
    {
        using var output = new PooledBuffer();
        write(output);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = output.Length;
        await http.Response.Body.WriteAsync(output.Written, http.RequestAborted);
    }

    /// <summary>With the methods that are taken in <c>Allow</c>.</summary>
    public static Task RefuseMethodAsync(HttpContext http) => SendAsync(http, StatusCodes.Status405MethodNotAllowed, output => RerankDialects.CohereV2.WriteError(
        output, RerankDialects.WrongMethod(http.Request.Path, http.Request.Method, http.Response.Headers.Allow.ToString())));
}
