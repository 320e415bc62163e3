using System.Buffers;
using System.Text.Json;
using Rerank.Contracts.Routing;

namespace Rerank.Contracts.Dialects;

/// <summary>
/// Cohere's API, <c>POST /v2/rerank</c>. <c>model</c> is required there, but every name is taken: what answers is decided by the pipeline,
/// and told in the answer's headers.
/// </summary>
internal sealed class CohereV2Dialect : JsonDialect
{
    // Cohere's unit: one query with up to this many documents.
    private const int DocumentsPerSearchUnit = 100;

    public override string Name => "cohere-v2";

    public override int StatusOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.Malformed or RequestErrorKind.Empty or RequestErrorKind.Invalid => 400,
        RequestErrorKind.ModelNotFound or RequestErrorKind.RouteNotFound or RequestErrorKind.AnswerNotFound => 404,
        RequestErrorKind.MethodNotAllowed => 405,
        RequestErrorKind.TooLarge => 413,
        RequestErrorKind.Overloaded => 429,
        RequestErrorKind.Unavailable => 503,
        RequestErrorKind.DeadlineExceeded => 504,
        _ => 500,
    };

    public override void WriteAnswer(IBufferWriter<byte> output, RerankRequest request, RerankAnswer answer)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("id"u8, answer.RequestId);

        writer.WriteStartArray("results"u8);
        foreach (var result in answer.Results)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, result.Index);
            writer.WriteNumber("relevance_score"u8, result.Score);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();

        writer.WriteStartObject("meta"u8);
        writer.WriteStartObject("api_version"u8);
        writer.WriteString("version"u8, "2"u8);
        writer.WriteEndObject();
        writer.WriteStartObject("billed_units"u8);
        writer.WriteNumber("search_units"u8, (request.Documents.Count + DocumentsPerSearchUnit - 1) / DocumentsPerSearchUnit);
        writer.WriteEndObject();
        writer.WriteStartObject("tokens"u8);
        writer.WriteNumber("input_tokens"u8, answer.InputTokens);
        writer.WriteEndObject();
        writer.WriteEndObject();

        writer.WriteEndObject();
    }

    public override void WriteError(IBufferWriter<byte> output, RequestError error)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        if (error.RequestId is { } id)
            writer.WriteString("id"u8, id);
        writer.WriteString("message"u8, error.Message);
        writer.WriteEndObject();
    }

    protected override bool TryReadField(ref Utf8JsonReader reader, RequestDraft draft, RequestLimits limits)
    {
        if (reader.ValueTextEquals("model"u8))
            draft.Model = JsonFields.ReadString(ref reader, "model");
        else if (reader.ValueTextEquals("query"u8))
            draft.Query = JsonFields.ReadString(ref reader, "query");
        else if (reader.ValueTextEquals("documents"u8))
            draft.Documents = JsonFields.ReadDocuments(ref reader, "documents", limits);
        else if (reader.ValueTextEquals("top_n"u8))
            draft.TopN = JsonFields.ReadInteger(ref reader, "top_n", minimum: 1);
        else if (reader.ValueTextEquals("max_tokens_per_doc"u8))
            draft.MaxTokensPerDocument = JsonFields.ReadInteger(ref reader, "max_tokens_per_doc", minimum: 1);
        else
            return false;
        return true;
    }

    protected override RerankRequest Finish(RequestDraft draft)
    {
        if (string.IsNullOrWhiteSpace(draft.Model))
            throw new RequestException(RequestErrorKind.Empty, "a model parameter is required for this endpoint.");
        if (string.IsNullOrWhiteSpace(draft.Query))
            throw new RequestException(RequestErrorKind.Empty, "invalid request: query must not be empty or be only whitespace");
        if (draft.Documents is null or { Count: 0 })
            throw new RequestException(RequestErrorKind.Empty, "invalid request: list of documents must not be empty");

        return new RerankRequest
        {
            Model = draft.Model,
            Query = draft.Query,
            Documents = draft.Documents,
            TopN = draft.TopN,
            MaxTokensPerDocument = draft.MaxTokensPerDocument,
        };
    }
}
