using System.Buffers;

namespace Rerank.Dialects;

/// <summary>Infinity's API, <c>POST /rerank</c>: documents are given back as bare strings.</summary>
internal sealed class InfinityDialect : OpenAIErrorDialect
{
    /// <summary>What its clients send as the model when nobody named one.</summary>
    public const string UnspecifiedModel = "default/not-specified";

    public override string Name => "infinity";

    protected override RequestFields Known =>
        RequestFields.Model | RequestFields.Query | RequestFields.Documents | RequestFields.TopN | RequestFields.ReturnDocuments | RequestFields.RawScores;

    public override int StatusOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.Malformed or RequestErrorKind.Empty or RequestErrorKind.Invalid => 422,
        RequestErrorKind.ModelNotFound => 400,
        _ => base.StatusOf(kind),
    };

    public override void WriteAnswer(IBufferWriter<byte> output, RerankRequest request, RerankAnswer answer)
    {
        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("object"u8, "rerank"u8);
        writer.WriteResultsWithTexts("results"u8, request, answer);
        writer.WriteString("model"u8, answer.Model);
        writer.WriteUsage(answer);
        writer.WriteString("id"u8, $"infinity-{answer.RequestId}");
        writer.WriteNumber("created"u8, answer.Created.ToUnixTimeSeconds());
        writer.WriteEndObject();
    }

    protected override string TypeOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.Overloaded => "rate_limit_error",
        RequestErrorKind.Unavailable or RequestErrorKind.DeadlineExceeded or RequestErrorKind.Internal => "server_error",
        _ => "invalid_request_error",
    };

    protected override RerankRequest Finish(RequestDraft draft) => new()
    {
        Model = draft.Model == UnspecifiedModel ? null : draft.Model,
        Query = QueryOf(draft),
        Documents = TextsOf(draft.Documents, "documents"),
        TopN = AtLeast(1, draft.TopN, "top_n"),
        ReturnDocuments = draft.ReturnDocuments ?? false,
        RawScores = draft.RawScores ?? false,
    };
}
