namespace Rerank.Dialects;

/// <summary>The dialects that the router and the host speak, and where.</summary>
public static class RerankDialects
{
    /// <summary>Hugging Face text-embeddings-inference.</summary>
    public static Dialect Tei { get; } = new TeiDialect();

    /// <summary>Version 1 of Cohere's API.</summary>
    public static Dialect CohereV1 { get; } = new CohereV1Dialect();

    /// <summary>Version 2 of Cohere's API.</summary>
    public static Dialect CohereV2 { get; } = new CohereV2Dialect();

    /// <summary>Jina's API.</summary>
    public static Dialect Jina { get; } = new JinaDialect();

    /// <summary>vLLM's rerank API.</summary>
    public static Dialect Vllm { get; } = new VllmRerankDialect();

    /// <summary>vLLM's score API.</summary>
    public static Dialect VllmScore { get; } = new VllmScoreDialect();

    /// <summary>Infinity's API.</summary>
    public static Dialect Infinity { get; } = new InfinityDialect();

    /// <summary>Voyage AI's API.</summary>
    public static Dialect Voyage { get; } = new VoyageDialect();

    /// <summary>NVIDIA's reranking NIM.</summary>
    public static Dialect Nim { get; } = new NimDialect();

    /// <summary>Every path on which rerank requests are taken, by POST. docs/dialects.md has them for people.</summary>
    public static IReadOnlyList<RerankRoute> Routes { get; } =
    [
        new("/rerank", Tei, DialectChoice.OnRerank),
        new("/v1/rerank", Jina, DialectChoice.OnV1Rerank),
        new("/v2/rerank", CohereV2, DialectChoice.OnV2Rerank),
        new("/score", VllmScore),
        new("/v1/score", VllmScore),
        new("/v1/ranking", Nim),
        new("/v1/retrieval/nvidia/reranking", Nim),
        new("/v1/retrieval/nvidia/{model}/reranking", Nim),
        new("/invocations", Tei, DialectChoice.OnRerank),
        new("/", Tei, DialectChoice.OnRerank),
    ];

    /// <summary>For a path that takes other methods.</summary>
    public static RequestError WrongMethod(string? path, string method, string allowed) => new(RequestErrorKind.MethodNotAllowed, $"{path} takes {allowed}, not {method}");

    /// <summary>For a path that is none of them.</summary>
    public static RequestError UnknownPath(string? path) =>
        new(RequestErrorKind.RouteNotFound, $"there is no {path}; rerank requests are taken at {string.Join(", ", Routes.Select(route => route.Pattern))}");
}
