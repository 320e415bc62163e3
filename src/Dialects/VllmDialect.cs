namespace Rerank.Dialects;

/// <summary>What vLLM's <c>/rerank</c> and <c>/score</c> have in common.</summary>
internal abstract class VllmDialect : OpenAIErrorDialect
{
    protected override RequestFields Known =>
        RequestFields.Model | RequestFields.UseActivation | RequestFields.Activation | RequestFields.Softmax | RequestFields.TruncatePromptTokens
        | RequestFields.TruncationSide | RequestFields.MaxTokensPerDocument | RequestFields.MaxTokensPerQuery | RequestFields.Priority;

    protected sealed override string TypeOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.ModelNotFound or RequestErrorKind.RouteNotFound or RequestErrorKind.AnswerNotFound => "NotFoundError",
        RequestErrorKind.Overloaded => "RateLimitError",
        RequestErrorKind.Unavailable => "ServiceUnavailableError",
        RequestErrorKind.DeadlineExceeded => "TimeoutError",
        RequestErrorKind.Internal => "InternalServerError",
        _ => "BadRequestError",
    };

    /// <summary>Adds what both requests have. Too long pairs are cut, which vLLM does only when told to.</summary>
    protected RerankRequest Complete(RequestDraft draft, RerankRequest request)
    {
        if (draft.TruncatePromptTokens is 0 or < -1)
            throw Wrong(RequestErrorKind.Invalid, "truncate_prompt_tokens", $"truncate_prompt_tokens must be -1 or at least 1, not {draft.TruncatePromptTokens}");

        return request with
        {
            Model = draft.Model,
            RawScores = draft.UseActivation == false,
            MaxTokensPerDocument = AllIfZero(AtLeast(0, draft.MaxTokensPerDocument, "max_tokens_per_doc")),
            MaxTokensPerQuery = AllIfZero(AtLeast(0, draft.MaxTokensPerQuery, "max_tokens_per_query")),
            MaxTokensPerPair = draft.TruncatePromptTokens is > 0 ? draft.TruncatePromptTokens : null,
            Truncation = draft.TruncationSide ?? TruncationRule.End,
            Priority = draft.Priority ?? 0,
        };
    }
}
