namespace Rerank.Dialects;

/// <summary>A path that hosts answer and routers pass on to them as it is.</summary>
/// <param name="Pattern">A route pattern of ASP.NET Core, without parameters: hosts are asked at the same path.</param>
/// <param name="Name">For metrics, logs and traces.</param>
/// <param name="Fallback">Tells of errors as long as nothing is known of a request's body.</param>
public sealed record HostRoute(string Pattern, string Name, Dialect Fallback);

/// <summary>What hosts answer beside rerank requests. A router takes whatever is in this list, so that another one is added here and in the host.</summary>
public static class HostRoutes
{
    /// <summary>The tokens of texts, as text-embeddings-inference and vLLM tell them.</summary>
    public static HostRoute Tokenize { get; } = new("/tokenize", "tokenize", RerankDialects.Tei);

    /// <summary>All of them, by POST.</summary>
    public static IReadOnlyList<HostRoute> All { get; } = [Tokenize];
}
