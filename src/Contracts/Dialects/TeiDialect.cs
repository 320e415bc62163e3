using System.Buffers;
using System.Text.Json;
using Rerank.Contracts.Routing;

namespace Rerank.Contracts.Dialects;

/// <summary>
/// text-embeddings-inference, <c>POST /rerank</c>: <c>query</c> and <c>texts</c> in, a bare array of all of them out, best first.
/// It has no model and no number of results.
/// </summary>
internal sealed class TeiDialect : JsonDialect
{
    public override string Name => "tei";

    public override int StatusOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.Malformed or RequestErrorKind.Empty => 400,
        RequestErrorKind.RouteNotFound or RequestErrorKind.AnswerNotFound => 404,
        RequestErrorKind.MethodNotAllowed => 405,
        RequestErrorKind.TooLarge => 413,
        RequestErrorKind.Invalid => 422,
        RequestErrorKind.ModelNotFound => 424,
        RequestErrorKind.Overloaded => 429,
        RequestErrorKind.Unavailable => 503,
        RequestErrorKind.DeadlineExceeded => 504,

        // This API's own status for a failed model.
        _ => 424,
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
                writer.WriteString("text"u8, request.Documents[result.Index]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public override void WriteError(IBufferWriter<byte> output, RequestError error)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("error"u8, error.Message);
        writer.WriteString("error_type"u8, TypeOf(error.Kind));
        writer.WriteEndObject();
    }

    protected override bool TryReadField(ref Utf8JsonReader reader, RequestDraft draft, RequestLimits limits)
    {
        if (reader.ValueTextEquals("query"u8))
            draft.Query = JsonFields.ReadString(ref reader, "query");
        else if (reader.ValueTextEquals("texts"u8))
            draft.Documents = JsonFields.ReadDocuments(ref reader, "texts", limits);
        else if (reader.ValueTextEquals("raw_scores"u8))
            draft.RawScores = JsonFields.ReadBoolean(ref reader, "raw_scores") ?? false;
        else if (reader.ValueTextEquals("return_text"u8))
            draft.ReturnDocuments = JsonFields.ReadBoolean(ref reader, "return_text") ?? false;
        else if (reader.ValueTextEquals("truncate"u8))
            draft.Truncate = JsonFields.ReadBoolean(ref reader, "truncate") ?? true;
        else if (reader.ValueTextEquals("truncation_direction"u8))
            CheckDirection(JsonFields.ReadString(ref reader, "truncation_direction"));
        else
            return false;
        return true;
    }

    protected override RerankRequest Finish(RequestDraft draft)
    {
        if (draft.Query is null)
            throw new RequestException(RequestErrorKind.Malformed, "query is missing; it must be a string");
        if (draft.Documents is null)
            throw new RequestException(RequestErrorKind.Malformed, "texts is missing; it must be an array of strings");
        if (string.IsNullOrWhiteSpace(draft.Query))
            throw new RequestException(RequestErrorKind.Empty, "query must not be empty or only white space");
        if (draft.Documents.Count == 0)
            throw new RequestException(RequestErrorKind.Empty, "texts must not be empty");

        return new RerankRequest
        {
            Query = draft.Query,
            Documents = draft.Documents,
            RawScores = draft.RawScores,
            ReturnDocuments = draft.ReturnDocuments,
            Truncate = draft.Truncate,
        };
    }

    private static void CheckDirection(string? direction)
    {
        if (direction is not (null or "Right" or "right"))
            throw new RequestException(RequestErrorKind.Invalid, "truncation_direction must be \"Right\": other directions are not supported");
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
