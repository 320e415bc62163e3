using System.Buffers;
using System.Text;
using Rerank.Contracts.Routing;

namespace Rerank.Dialects.Tests;

internal static class DialectText
{
    // Throws where bytes are no text.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static RerankRequest Parse(this Dialect dialect, string body, RequestLimits? limits = null) =>
        dialect.Parse(Encoding.UTF8.GetBytes(body), limits ?? new RequestLimits());

    public static RequestError ParseError(this Dialect dialect, string body, RequestLimits? limits = null) =>
        Assert.Throws<RequestException>(() => dialect.Parse(body, limits)).Error;

    public static string Answer(this Dialect dialect, RerankRequest request, RerankAnswer answer)
    {
        var output = new ArrayBufferWriter<byte>();
        dialect.WriteAnswer(output, request, answer);
        return Utf8.GetString(output.WrittenSpan);
    }

    public static string Error(this Dialect dialect, RequestError error)
    {
        var output = new ArrayBufferWriter<byte>();
        dialect.WriteError(output, error);
        return Utf8.GetString(output.WrittenSpan);
    }
}
