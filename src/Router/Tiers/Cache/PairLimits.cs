using Rerank.Dialects;

namespace Rerank.Router.Tiers.Cache;

/// <summary>What a request says about how its texts are cut: the same pair has another score with other limits.</summary>
internal readonly record struct PairLimits(int? TokensPerPassage, int? TokensPerQuery = null, int? ChunksPerPassage = null)
{
    public static PairLimits Of(RerankRequest request) => new(request.MaxTokensPerDocument, request.MaxTokensPerQuery, request.MaxChunksPerDocument);
}
