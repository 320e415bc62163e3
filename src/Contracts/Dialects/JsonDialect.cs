using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rerank.Contracts.Routing;

namespace Rerank.Contracts.Dialects;

/// <summary>A dialect whose requests are one JSON object. Reads it in one pass and lets the dialect name its fields.</summary>
internal abstract class JsonDialect : Dialect
{
    // Answers are application/json, never part of a page, so text needs no escapes beyond JSON's own.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public sealed override RerankRequest Parse(ReadOnlyMemory<byte> body, RequestLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (body.Length > limits.MaxBodyBytes)
            throw new RequestException(RequestErrorKind.TooLarge, $"the body has {body.Length} bytes; at most {limits.MaxBodyBytes} are allowed");

        var json = body.Span;
        if (json.StartsWith(ByteOrderMark))
            json = json[ByteOrderMark.Length..];
        if (json.IsEmpty)
            throw new RequestException(RequestErrorKind.Malformed, "the body is empty; a JSON object is expected");

        try
        {
            return Finish(Read(json, limits));
        }
        catch (JsonException e)
        {
            throw new RequestException(
                new RequestError(RequestErrorKind.Malformed, $"the body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})"), e);
        }
        catch (InvalidOperationException e)
        {
            // What the reader throws for text that is no valid UTF-8, or has half of a surrogate pair as an escape.
            throw new RequestException(new RequestError(RequestErrorKind.Malformed, "the body has a string that is not valid Unicode text"), e);
        }
    }

    /// <summary>Reads the value of a field if the dialect knows it, and leaves the reader alone if it doesn't.</summary>
    /// <returns>Whether the dialect knows the field.</returns>
    protected abstract bool TryReadField(ref Utf8JsonReader reader, RequestDraft draft, RequestLimits limits);

    /// <summary>Checks what can be checked only when every field is known.</summary>
    protected abstract RerankRequest Finish(RequestDraft draft);

    protected static Utf8JsonWriter CreateWriter(IBufferWriter<byte> output) => new(output, WriterOptions);

    private RequestDraft Read(ReadOnlySpan<byte> json, RequestLimits limits)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new RequestException(RequestErrorKind.Malformed, $"the body must be a JSON object, not {JsonFields.KindOf(reader.TokenType)}");

        var draft = new RequestDraft();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (TryReadField(ref reader, draft, limits))
                continue;
            reader.Read();
            reader.Skip();
        }

        // Throws when anything but white space follows.
        reader.Read();
        return draft;
    }
}
