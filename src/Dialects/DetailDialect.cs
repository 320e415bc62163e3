using System.Buffers;

namespace Rerank.Dialects;

/// <summary>A dialect whose errors are an object with <c>detail</c>, a string.</summary>
/// <param name="invalidStatus">The status code of a request that is well-formed JSON but isn't allowed.</param>
internal abstract class DetailDialect(int invalidStatus) : JsonDialect
{
    public sealed override int StatusOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.Malformed or RequestErrorKind.Empty or RequestErrorKind.Invalid => invalidStatus,
        _ => base.StatusOf(kind),
    };

    public sealed override void WriteError(IBufferWriter<byte> output, RequestError error)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("detail"u8, error.Message);
        writer.WriteEndObject();
    }
}
