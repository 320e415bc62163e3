using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rerank.Contracts.Scoring;
using Rerank.Router.Tiers;

namespace Rerank.Router.Scoring;

/// <summary>Some pairs of a request, to be scored by one model.</summary>
/// <param name="Slots">Which of the subject's passages.</param>
internal sealed record ScoreCall(string Digest, RankingSubject Subject, int[] Slots)
{
    private const int BytesBesideTexts = 512;
    private const int BytesBesideText = 4;

    // The body never is part of a page: escapes would make text that isn't ASCII several times larger.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public int Priority => Subject.Request.Priority;

    /// <summary>How many bytes its body has, as long as its texts need no escapes.</summary>
    public int ExpectedBytes
    {
        get
        {
            var bytes = BytesBesideTexts + (3 * Subject.Request.Query.Length);
            foreach (var slot in Slots)
                bytes += Subject.Passage(slot).Length + BytesBesideText;
            return bytes;
        }
    }

    /// <summary>Writes it as a <see cref="ScoreRequest"/>, straight from the bytes of the caller's body.</summary>
    public void WriteTo(IBufferWriter<byte> body)
    {
        var request = Subject.Request;
        using var writer = new Utf8JsonWriter(body, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("digest"u8, Digest);
        writer.WriteString("query"u8, request.Query);
        writer.WriteStartArray("passages"u8);
        foreach (var slot in Slots)
            writer.WriteStringValue(Subject.Passage(slot));
        writer.WriteEndArray();
        if (request.MaxTokensPerDocument is { } passage)
            writer.WriteNumber("maxTokensPerPassage"u8, passage);
        if (request.MaxTokensPerQuery is { } query)
            writer.WriteNumber("maxTokensPerQuery"u8, query);
        if (request.MaxChunksPerDocument is { } chunks)
            writer.WriteNumber("maxChunksPerPassage"u8, chunks);
        if (request.Priority != 0)
            writer.WriteNumber("priority"u8, request.Priority);
        writer.WriteBoolean("totalTokens"u8, true);
        writer.WriteEndObject();
    }
}
