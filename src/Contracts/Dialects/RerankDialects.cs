namespace Rerank.Contracts.Dialects;

/// <summary>The dialects that the router and the host speak, and where.</summary>
public static class RerankDialects
{
    /// <summary>Path of <see cref="Tei"/>, for POST.</summary>
    public const string TeiPath = "/rerank";

    /// <summary>Path of <see cref="CohereV2"/>, for POST.</summary>
    public const string CohereV2Path = "/v2/rerank";

    /// <summary>Hugging Face text-embeddings-inference.</summary>
    public static Dialect Tei { get; } = new TeiDialect();

    /// <summary>Version 2 of Cohere's API.</summary>
    public static Dialect CohereV2 { get; } = new CohereV2Dialect();
}
