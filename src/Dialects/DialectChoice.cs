namespace Rerank.Dialects;

/// <summary>
/// Which dialect a request speaks on a path that several share. Its fields decide: what only one of them has, also with null, and else what the most clients
/// of the path expect. docs/dialects.md has the rules in words.
/// </summary>
internal static class DialectChoice
{
    private const RequestFields OnlyVllm =
        RequestFields.TruncatePromptTokens | RequestFields.TruncationSide | RequestFields.MaxTokensPerQuery | RequestFields.UseActivation | RequestFields.Activation
        | RequestFields.Softmax | RequestFields.RequestId | RequestFields.MultiModalOptions;

    private const RequestFields OnlyCohereV1 =
        RequestFields.RankFields | RequestFields.MaxChunksPerDocument | RequestFields.ReturnLength | RequestFields.OverlapTokens;

    /// <summary>Paths of text-embeddings-inference, vLLM and Infinity.</summary>
    public static Dialect OnRerank(RequestDraft draft)
    {
        if (draft.Has(RequestFields.Texts) || !draft.Has(RequestFields.Documents))
            return RerankDialects.Tei;
        return ByOwnFields(draft) ?? RerankDialects.Vllm;
    }

    /// <summary>The path of Cohere's first version, Jina, vLLM, Voyage and Infinity.</summary>
    public static Dialect OnV1Rerank(RequestDraft draft)
    {
        if (draft.Has(RequestFields.Texts) && !draft.Has(RequestFields.Documents))
            return RerankDialects.Tei;
        if (ByOwnFields(draft) is { } dialect)
            return dialect;
        if (draft.Has(RequestFields.MaxTokensPerDocument | RequestFields.Priority))
            return RerankDialects.Vllm;

        // Cohere needs no model there, Jina does.
        return draft.Has(RequestFields.Query | RequestFields.Documents) && !draft.Has(RequestFields.Model) ? RerankDialects.CohereV1 : RerankDialects.Jina;
    }

    /// <summary>The path of Cohere's second version and vLLM.</summary>
    public static Dialect OnV2Rerank(RequestDraft draft) =>
        draft.Has(OnlyVllm) ? RerankDialects.Vllm : RerankDialects.CohereV2;

    private static Dialect? ByOwnFields(RequestDraft draft)
    {
        // Jina has truncation too, but together with top_n.
        if (draft.Has(RequestFields.TopK) || (draft.Has(RequestFields.Truncation) && !draft.Has(RequestFields.TopN)))
            return RerankDialects.Voyage;
        if (draft.Has(OnlyVllm))
            return RerankDialects.Vllm;
        if (draft.Has(RequestFields.RawScores) || draft.Model == InfinityDialect.UnspecifiedModel)
            return RerankDialects.Infinity;
        return draft.Has(OnlyCohereV1) ? RerankDialects.CohereV1 : null;
    }
}
