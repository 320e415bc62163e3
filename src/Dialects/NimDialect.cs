using System.Buffers;

namespace Rerank.Dialects;

/// <summary>NVIDIA's reranking NIM, <c>POST /v1/ranking</c>: all passages out, best first, with raw logits.</summary>
internal sealed class NimDialect : JsonDialect
{
    public override string Name => "nim";

    protected override RequestFields Known => RequestFields.Model | RequestFields.Query | RequestFields.Passages | RequestFields.Truncate;

    public override void WriteAnswer(IBufferWriter<byte> output, RerankRequest request, RerankAnswer answer)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteStartArray("rankings"u8);
        foreach (var result in answer.Results)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, result.Index);
            writer.WriteNumber("logit"u8, result.Score);
            writer.WriteTruncation(result, answer.TruncationReport);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteUsage(answer);
        writer.WriteEndObject();
    }

    public override void WriteError(IBufferWriter<byte> output, RequestError error)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("error"u8, error.Message);
        writer.WriteEndObject();
    }

    protected override RerankRequest Finish(RequestDraft draft) => new()
    {
        Model = draft.Model,
        Query = QueryOf(draft),
        Documents = TextsOf(draft.Passages, "passages"),
        RawScores = true,
        Truncation = draft.Truncate ?? TruncationRule.End,
    };
}
