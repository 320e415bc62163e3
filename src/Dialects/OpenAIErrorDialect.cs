using System.Buffers;

namespace Rerank.Dialects;

/// <summary>A dialect whose errors have OpenAI's shape: <c>error</c> with <c>message</c>, <c>type</c>, <c>param</c> and <c>code</c>, the status.</summary>
internal abstract class OpenAIErrorDialect : JsonDialect
{
    public sealed override void WriteError(IBufferWriter<byte> output, RequestError error)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteStartObject("error"u8);
        writer.WriteString("message"u8, error.Message);
        writer.WriteString("type"u8, TypeOf(error.Kind));
        if (error.Field is { } field)
            writer.WriteString("param"u8, field);
        writer.WriteNumber("code"u8, StatusOf(error.Kind));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    protected abstract string TypeOf(RequestErrorKind kind);
}
