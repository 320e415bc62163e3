using Rerank.Contracts.Routing;

namespace Rerank.Dialects;

/// <summary>Texts of which somebody wants to know the tokens.</summary>
public sealed record TokenizeRequest
{
    /// <summary>Null: none was named.</summary>
    public string? Model { get; init; }

    /// <summary>Parts of the body, as those of a rerank request.</summary>
    public required Utf8Texts Texts { get; init; }

    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Whether vLLM's answer says what tokens are called.</summary>
    public bool ReturnNames { get; init; }
}

/// <summary>One request at <see cref="HostRoutes.Tokenize"/>. Not safe to use from several threads at once.</summary>
public sealed class TokenizeConversation
{
    /// <summary>Tells of errors: text-embeddings-inference's, until the body is parsed.</summary>
    public Dialect Dialect { get; private set; } = HostRoutes.Tokenize.Fallback;

    /// <summary>Whether it is vLLM's request, which has one text.</summary>
    public bool IsVllm => ReferenceEquals(Dialect, RerankDialects.Vllm);

    /// <inheritdoc cref="Dialects.Dialect.Parse"/>
    public TokenizeRequest Parse(ReadOnlyMemory<byte> body, RequestLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var draft = TokenizeDraft.Read(body, limits);
        if (draft.IsVllms)
            Dialect = RerankDialects.Vllm;
        return draft.Accept();
    }
}
