using System.Text.Json;

namespace Rerank.Dialects;

/// <summary>Cohere's API, <c>POST /v2/rerank</c>. <c>model</c> is required there, and not here, as in no other dialect.</summary>
internal sealed class CohereV2Dialect : CohereDialect
{
    private const int MaxPriority = 999;

    public override string Name => "cohere-v2";

    protected override RequestFields Known =>
        RequestFields.Model | RequestFields.Query | RequestFields.Documents | RequestFields.TopN | RequestFields.MaxTokensPerDocument | RequestFields.Priority;

    protected override RerankRequest Finish(RequestDraft draft)
    {
        if (draft.Priority is < 0 or > MaxPriority)
            throw Wrong(RequestErrorKind.Invalid, "priority", $"{Prefix}priority must be at least 0 and at most {MaxPriority}, not {draft.Priority}");

        return new RerankRequest
        {
            Model = draft.Model,
            Query = QueryOf(draft),
            Documents = TextsOf(draft.Documents, "documents"),
            TopN = AtLeast(1, draft.TopN, "top_n"),
            MaxTokensPerDocument = AtLeast(1, draft.MaxTokensPerDocument, "max_tokens_per_doc"),
            Priority = draft.Priority ?? 0,
        };
    }

    protected override void WriteVersion(Utf8JsonWriter writer) => writer.WriteString("version"u8, "2"u8);
}
