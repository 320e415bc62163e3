using System.Buffers;

namespace Rerank.Dialects;

/// <summary>Jina's API, <c>POST /v1/rerank</c>, which gives documents back unless told not to.</summary>
internal sealed class JinaDialect() : DetailDialect(invalidStatus: 422)
{
    public override string Name => "jina";

    protected override RequestFields Known =>
        RequestFields.Model | RequestFields.Query | RequestFields.Documents | RequestFields.TopN | RequestFields.ReturnDocuments | RequestFields.Truncation;

    public override void WriteAnswer(IBufferWriter<byte> output, RerankRequest request, RerankAnswer answer)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("model"u8, answer.Model);
        writer.WriteUsage(answer);
        writer.WriteStartArray("results"u8);
        foreach (var result in answer.Results)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, result.Index);
            writer.WriteNumber("relevance_score"u8, result.Score);
            if (request.ReturnDocuments)
                writer.WriteDocumentObject(request.Documents.Utf8(result.Index));
            writer.WriteTruncation(result, answer.TruncationReport);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    protected override RerankRequest Finish(RequestDraft draft) => new()
    {
        Model = draft.Model,
        Query = QueryOf(draft),
        Documents = TextsOf(draft.Documents, "documents"),
        TopN = AllIfZero(AtLeast(0, draft.TopN, "top_n")),
        ReturnDocuments = draft.ReturnDocuments ?? true,
        Truncation = draft.Truncation == false ? TruncationRule.None : TruncationRule.End,
    };
}
