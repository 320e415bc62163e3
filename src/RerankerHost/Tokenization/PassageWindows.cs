using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>The parts of a passage that are scored, each with the query before it.</summary>
/// <param name="Query">Tokens of the query that are left.</param>
/// <param name="Passage">Tokens of the passage that are left, in all parts together.</param>
/// <param name="Window">Tokens of each part but the last, which may have fewer.</param>
internal readonly record struct PassageWindows(int Query, int Passage, int Window)
{
    /// <summary>A passage without tokens has one part as well.</summary>
    public int Count => Passage == 0 ? 1 : ((Passage - 1) / Window) + 1;

    /// <param name="maxTokens">Of a pair, special tokens included.</param>
    /// <param name="maxWindows">1: what doesn't fit is cut off.</param>
    /// <returns>Null when the query alone leaves no room for the passage, and mustn't be cut.</returns>
    public static PassageWindows? Fit(int query, int passage, int maxTokens, int specialTokens, Truncation truncation, int maxWindows)
    {
        var room = maxTokens - specialTokens;
        if (maxWindows <= 1 || (long)query + passage <= room)
        {
            return PairTruncation.Fit(query, passage, maxTokens, specialTokens, truncation) is { } fit
                ? new PassageWindows(fit.Query, fit.Passage, Math.Max(1, fit.Passage))
                : null;
        }

        // A query takes half of the room at most, as in Cohere's API.
        if (truncation == Truncation.LongestFirst)
            query = Math.Min(query, room / 2);
        var window = room - query;
        return window > 0 ? new PassageWindows(query, (int)Math.Min(passage, (long)window * maxWindows), window) : null;
    }
}
