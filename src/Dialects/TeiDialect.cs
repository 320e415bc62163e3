using System.Buffers;
using System.Globalization;
using System.Text;

namespace Rerank.Dialects;

/// <summary>
/// text-embeddings-inference, <c>POST /rerank</c>: <c>query</c> and <c>texts</c> in, a bare array of all of them out, best first.
/// It has no model and no number of results.
/// </summary>
internal sealed class TeiDialect : JsonDialect
{
    public override string Name => "tei";

    protected override RequestFields Known =>
        RequestFields.Query | RequestFields.Texts | RequestFields.RawScores | RequestFields.ReturnText | RequestFields.Truncate | RequestFields.TruncationDirection;

    public override int StatusOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.Invalid => 422,

        // This API's own status for a failed model.
        RequestErrorKind.ModelNotFound or RequestErrorKind.Internal => 424,
        _ => base.StatusOf(kind),
    };

    public override void WriteAnswer(IBufferWriter<byte> output, RerankRequest request, RerankAnswer answer)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartArray();
        foreach (var result in answer.Results)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, result.Index);
            writer.WriteNumber("score"u8, result.Score);
            if (request.ReturnDocuments)
                writer.WriteString("text"u8, request.Documents.Utf8(result.Index));
            writer.WriteTruncation(result, answer.TruncationReport);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public override IEnumerable<KeyValuePair<string, string>> Headers(RerankRequest request, RerankAnswer answer)
    {
        if (answer.ComputeType is { } type)
            yield return KeyValuePair.Create("x-compute-type", type);
        var characters = CharactersOf(Encoding.UTF8.GetBytes(request.Query)) * request.Documents.Count;
        for (var i = 0; i < request.Documents.Count; i++)
            characters += CharactersOf(request.Documents.Utf8(i));
        yield return KeyValuePair.Create("x-compute-characters", characters.ToString(CultureInfo.InvariantCulture));
        yield return KeyValuePair.Create("x-compute-tokens", answer.InputTokens.ToString(CultureInfo.InvariantCulture));
        if (answer.Times is not { } times)
            yield break;
        yield return Milliseconds("x-compute-time", times.Total);
        yield return Milliseconds("x-total-time", times.Total);
        yield return Milliseconds("x-tokenization-time", times.Tokenization);
        yield return Milliseconds("x-queue-time", times.Queue);
        yield return Milliseconds("x-inference-time", times.Inference);

        // Whole numbers, as its clients parse them.
        static KeyValuePair<string, string> Milliseconds(string name, TimeSpan time) =>
            KeyValuePair.Create(name, ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
    }

    public override void WriteError(IBufferWriter<byte> output, RequestError error)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("error"u8, error.Message);
        writer.WriteString("error_type"u8, TypeOf(error.Kind));
        writer.WriteEndObject();
    }

    protected override RerankRequest Finish(RequestDraft draft)
    {
        var query = draft.Query ?? throw QueryIsMissing();
        var texts = draft.Texts ?? throw TextsAreMissing("texts");
        return new RerankRequest
        {
            Query = string.IsNullOrWhiteSpace(query) ? throw QueryIsEmpty() : query,
            Documents = TextsOf(texts, "texts"),
            RawScores = draft.RawScores ?? false,
            ReturnDocuments = draft.ReturnText ?? false,
            Truncation = draft.Truncate == TruncationRule.None ? TruncationRule.None : draft.TruncationSide ?? draft.Truncate ?? TruncationRule.End,
        };
    }

    /// <summary>Of Unicode, of which those with four bytes are two of ours.</summary>
    private static long CharactersOf(ReadOnlySpan<byte> text)
    {
        const byte First = 0xF0, Last = 0xF4;
        if (Ascii.IsValid(text))
            return text.Length;
        var characters = Encoding.UTF8.GetCharCount(text);
        while (text.IndexOfAnyInRange(First, Last) is >= 0 and var at)
        {
            characters--;
            text = text[(at + 1)..];
        }

        return characters;
    }

    private static string TypeOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.Empty => "Empty",
        RequestErrorKind.Overloaded => "Overloaded",
        RequestErrorKind.Unavailable => "Unhealthy",
        RequestErrorKind.DeadlineExceeded or RequestErrorKind.ModelNotFound or RequestErrorKind.Internal => "Backend",
        _ => "Validation",
    };
}
