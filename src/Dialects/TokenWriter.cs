using System.Buffers;
using System.Text.Json;

namespace Rerank.Dialects;

/// <summary>Writes the answer to a request for tokens piece by piece: it may have many times the bytes of its text.</summary>
public sealed class TokenWriter(IBufferWriter<byte> output) : IDisposable
{
    private readonly Utf8JsonWriter _json = JsonDialect.CreateWriter(output);

    /// <summary>Bytes that are written and not in the output yet.</summary>
    public int Pending => _json.BytesPending;

    /// <summary>Begins text-embeddings-inference's answer, or the tokens of one of its texts.</summary>
    public void BeginList() => _json.WriteStartArray();

    public void EndList() => _json.WriteEndArray();

    /// <summary>One of its tokens.</summary>
    /// <param name="text">The part of the text that it is, or what it is called.</param>
    /// <param name="start">In characters of the text; null: it has no place there, or none that is known.</param>
    public void Token(int id, ReadOnlySpan<char> text, bool isSpecial, int? start, int? stop)
    {
        _json.WriteStartObject();
        _json.WriteNumber("id"u8, id);
        _json.WriteString("text"u8, text);
        _json.WriteBoolean("special"u8, isSpecial);
        Number("start"u8, start);
        Number("stop"u8, stop);
        _json.WriteEndObject();
    }

    /// <summary>Begins vLLM's answer: what comes next are ids, then names, if they are wanted.</summary>
    public void BeginVllm(int count, int maxInputTokens)
    {
        _json.WriteStartObject();
        _json.WriteNumber("count"u8, count);
        _json.WriteNumber("max_model_len"u8, maxInputTokens);
        _json.WriteStartArray("tokens"u8);
    }

    public void Id(int id) => _json.WriteNumberValue(id);

    /// <param name="areWanted">Else there are none.</param>
    public void BeginNames(bool areWanted)
    {
        _json.WriteEndArray();
        if (areWanted)
            _json.WriteStartArray("token_strs"u8);
        else
            _json.WriteNull("token_strs"u8);
    }

    public void Name(ReadOnlySpan<byte> name) => _json.WriteStringValue(name);

    public void EndVllm(bool withNames)
    {
        if (withNames)
            _json.WriteEndArray();
        _json.WriteEndObject();
    }

    /// <summary>Everything so far is in the output then.</summary>
    public void Flush() => _json.Flush();

    public void Dispose() => _json.Dispose();

    private void Number(ReadOnlySpan<byte> name, int? value)
    {
        if (value is { } number)
            _json.WriteNumber(name, number);
        else
            _json.WriteNull(name);
    }
}
