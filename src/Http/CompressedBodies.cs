using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Rerank.Http;

/// <summary>
/// Bodies of requests that come compressed. They are decoded while they are read, so that whoever reads one counts the bytes that come out, and what is beyond a limit is never
/// decoded at all.
/// </summary>
public static class CompressedBodies
{
    /// <summary>What is taken, for people and for <c>Accept-Encoding</c>.</summary>
    public const string Supported = "br, deflate, gzip";

    public static IServiceCollection AddCompressedBodies(this IServiceCollection services) => services.AddRequestDecompression();

    /// <summary>Before whoever reads bodies.</summary>
    public static IApplicationBuilder UseCompressedBodies(this IApplicationBuilder app) => app.UseRequestDecompression();

    /// <summary>Whether the body is compressed in a way that isn't taken, or several times over. To be answered with 415; the answer then says what is taken (RFC 7694).</summary>
    public static bool IsUnsupported(HttpRequest request, out string encoding)
    {
        ArgumentNullException.ThrowIfNull(request);
        encoding = request.Headers.ContentEncoding.ToString();

        // What was decoded has the header no more.
        if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            return false;
        request.HttpContext.Response.Headers[HeaderNames.AcceptEncoding] = Supported;
        return true;
    }

    /// <summary>Whether reading a body failed since it isn't what its encoding says.</summary>
    public static bool IsCorrupt(Exception exception) =>
        // Brotli's decoder throws what could be anybody's.
        exception is InvalidDataException or InvalidOperationException { Source: "System.IO.Compression.Brotli" };
}
