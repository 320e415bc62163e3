using System.Text.Json;

namespace Rerank.Dialects;

/// <summary>Cohere's API, <c>POST /v1/rerank</c>: documents may be objects, and are given back when asked for.</summary>
internal sealed class CohereV1Dialect : CohereDialect
{
    public override string Name => "cohere-v1";

    protected override RequestFields Known =>
        RequestFields.Model | RequestFields.Query | RequestFields.Documents | RequestFields.TopN | RequestFields.RankFields | RequestFields.ReturnDocuments
        | RequestFields.MaxChunksPerDocument;

    protected override RerankRequest Finish(RequestDraft draft)
    {
        var query = QueryOf(draft);
        if (draft.RankFields is { Count: 0 })
            throw Wrong(RequestErrorKind.Invalid, "rank_fields", "invalid request: rank_fields cannot be empty, name a field or leave it out");
        var documents = TextsOf(draft.Documents, "documents", draft.RankFields);
        var returned = draft.ReturnDocuments ?? false;
        return new RerankRequest
        {
            Model = draft.Model,
            Query = query,
            Documents = documents,
            DocumentObjects = returned && draft.Documents!.HasObjects ? draft.Documents.Objects() : null,
            TopN = AtLeast(1, draft.TopN, "top_n"),
            ReturnDocuments = returned,
            MaxChunksPerDocument = AtLeast(1, draft.MaxChunksPerDocument, "max_chunks_per_doc"),
        };
    }

    protected override void WriteVersion(Utf8JsonWriter writer) => writer.WriteString("version"u8, "1"u8);

    protected override void WriteTokens(Utf8JsonWriter writer, RerankAnswer answer)
    {
        base.WriteTokens(writer, answer);

        // Read by clients of servers that copied this API.
        writer.WriteNumber("output_tokens"u8, 0);
    }
}
