using System.Buffers;

namespace Rerank.Dialects;

/// <summary>Voyage AI's API, <c>POST /v1/rerank</c>: <c>top_k</c> in, <c>data</c> out, documents as bare strings.</summary>
internal sealed class VoyageDialect() : DetailDialect(invalidStatus: 400)
{
    public override string Name => "voyage";

    protected override RequestFields Known =>
        RequestFields.Model | RequestFields.Query | RequestFields.Documents | RequestFields.TopK | RequestFields.ReturnDocuments | RequestFields.Truncation;

    public override void WriteAnswer(IBufferWriter<byte> output, RerankRequest request, RerankAnswer answer)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("object"u8, "list"u8);
        writer.WriteResultsWithTexts("data"u8, request, answer);
        writer.WriteString("model"u8, answer.Model);
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("total_tokens"u8, answer.InputTokens);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    protected override RerankRequest Finish(RequestDraft draft) => new()
    {
        Model = draft.Model,
        Query = QueryOf(draft),
        Documents = TextsOf(draft.Documents, "documents"),
        TopN = AtLeast(1, draft.TopK, "top_k"),
        ReturnDocuments = draft.ReturnDocuments ?? false,
        Truncation = draft.Truncation == false ? TruncationRule.None : TruncationRule.End,
    };
}
