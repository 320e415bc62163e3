using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>How many tokens are left of query and passage when a pair doesn't fit.</summary>
internal static class PairTruncation
{
    /// <param name="maxTokens">Of the pair, special tokens included.</param>
    /// <returns>Null when the pair can't be made to fit: the query alone leaves no room for the passage, and mustn't be cut.</returns>
    public static (int Query, int Passage)? Fit(int query, int passage, int maxTokens, int specialTokens, Truncation truncation)
    {
        // The reference never makes more tokens of a text than a pair can have. Which text is the longer is seen only
        // after that; so nobody needs to tokenize more than this either.
        query = Math.Min(query, maxTokens);
        passage = Math.Min(passage, maxTokens);
        var room = maxTokens - specialTokens;
        if ((long)query + passage <= room)
            return (query, passage);
        if (truncation == Truncation.LongestFirst)
            return CutLonger(query, passage, room);
        return query < room ? (query, room - query) : null;
    }

    // One token at a time off the longer, as the reference shortcuts it. With an odd room the text that was longer keeps
    // one token more; of two equally long ones, the passage.
    private static (int Query, int Passage) CutLonger(int query, int passage, int room)
    {
        var swapped = query > passage;
        var (shorter, longer) = swapped ? (passage, query) : (query, passage);
        longer = shorter > room ? shorter : Math.Max(shorter, room - shorter);
        if ((long)shorter + longer > room)
            (shorter, longer) = (room / 2, room - (room / 2));
        return swapped ? (longer, shorter) : (shorter, longer);
    }
}
