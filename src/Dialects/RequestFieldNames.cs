using System.Text;
using System.Text.Json;

namespace Rerank.Dialects;

/// <summary>How requests spell the fields.</summary>
internal static class RequestFieldNames
{
    private static readonly (RequestFields Field, string Name, byte[] Utf8Name)[] All =
    [
        Named(RequestFields.Model, "model"),
        Named(RequestFields.Query, "query"),
        Named(RequestFields.Documents, "documents"),
        Named(RequestFields.Texts, "texts"),
        Named(RequestFields.Passages, "passages"),
        Named(RequestFields.Queries, "queries"),
        Named(RequestFields.Data1, "data_1"),
        Named(RequestFields.Text1, "text_1"),
        Named(RequestFields.Items, "items"),
        Named(RequestFields.Data2, "data_2"),
        Named(RequestFields.Text2, "text_2"),
        Named(RequestFields.TopN, "top_n"),
        Named(RequestFields.TopK, "top_k"),
        Named(RequestFields.ReturnDocuments, "return_documents"),
        Named(RequestFields.ReturnText, "return_text"),
        Named(RequestFields.ReturnLength, "return_len"),
        Named(RequestFields.RawScores, "raw_scores"),
        Named(RequestFields.UseActivation, "use_activation"),
        Named(RequestFields.Activation, "activation"),
        Named(RequestFields.Softmax, "softmax"),
        Named(RequestFields.Truncate, "truncate"),
        Named(RequestFields.Truncation, "truncation"),
        Named(RequestFields.TruncationDirection, "truncation_direction"),
        Named(RequestFields.TruncationSide, "truncation_side"),
        Named(RequestFields.TruncatePromptTokens, "truncate_prompt_tokens"),
        Named(RequestFields.MaxTokensPerDocument, "max_tokens_per_doc"),
        Named(RequestFields.MaxTokensPerQuery, "max_tokens_per_query"),
        Named(RequestFields.MaxChunksPerDocument, "max_chunks_per_doc"),
        Named(RequestFields.RankFields, "rank_fields"),
        Named(RequestFields.OverlapTokens, "overlap_tokens"),
        Named(RequestFields.Priority, "priority"),
        Named(RequestFields.RequestId, "request_id"),
        Named(RequestFields.MultiModalOptions, "mm_processor_kwargs"),
    ];

    /// <summary>The field that a property name stands for, and that name; <see cref="RequestFields.None"/> when no dialect has it.</summary>
    public static (RequestFields Field, string Name) Find(ref readonly Utf8JsonReader reader)
    {
        foreach (var (field, name, utf8Name) in All)
        {
            if (reader.ValueTextEquals(utf8Name))
                return (field, name);
        }

        return (RequestFields.None, "");
    }

    private static (RequestFields Field, string Name, byte[] Utf8Name) Named(RequestFields field, string name) => (field, name, Encoding.UTF8.GetBytes(name));
}
