using System.Buffers;

namespace Rerank.Dialects;

/// <summary>vLLM, <c>POST /rerank</c>, <c>/v1/rerank</c> and <c>/v2/rerank</c>. Documents are always given back, unless a request says that it wants none.</summary>
internal sealed class VllmRerankDialect : VllmDialect
{
    public override string Name => "vllm";

    protected override RequestFields Known =>
        base.Known | RequestFields.Query | RequestFields.Documents | RequestFields.TopN | RequestFields.ReturnDocuments;

    public override void WriteAnswer(IBufferWriter<byte> output, RerankRequest request, RerankAnswer answer)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("id"u8, $"rerank-{answer.RequestId}");
        writer.WriteString("model"u8, answer.Model);
        writer.WriteUsage(answer);
        writer.WriteStartArray("results"u8);
        foreach (var result in answer.Results)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, result.Index);
            if (request.ReturnDocuments)
                writer.WriteDocumentObject(request.Documents.Utf8(result.Index));
            writer.WriteNumber("relevance_score"u8, result.Score);
            writer.WriteTruncation(result, answer.TruncationReport);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    protected override RerankRequest Finish(RequestDraft draft) => Complete(draft, new RerankRequest
    {
        Query = QueryOf(draft),
        Documents = TextsOf(draft.Documents, "documents"),
        TopN = AllIfZero(AtLeast(0, draft.TopN, "top_n")),
        ReturnDocuments = draft.ReturnDocuments ?? true,
    });
}
