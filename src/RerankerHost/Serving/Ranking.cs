using Rerank.Contracts.Models;
using Rerank.Dialects;
using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Serving;

internal static class Ranking
{
    /// <summary>Best first. Raw logits decide, since activated scores saturate into ties; equal logits keep the order of the request.</summary>
    public static RankedDocument[] Rank(ReadOnlySpan<PairScore> scores, Activation activation, bool raw, int? topN)
    {
        var ranked = new RankedDocument[scores.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            ranked[i] = new RankedDocument(i, scores[i].Logit)
            {
                Tokens = scores[i].Tokens,
                TotalTokens = scores[i].TotalTokens,
                Truncated = scores[i].Truncated,
            };
        }

        Array.Sort(ranked, static (a, b) => a.Score == b.Score ? a.Index.CompareTo(b.Index) : b.Score.CompareTo(a.Score));

        if (topN < ranked.Length)
            Array.Resize(ref ranked, topN.Value);
        if (!raw && activation == Activation.Sigmoid)
        {
            for (var i = 0; i < ranked.Length; i++)
                ranked[i] = ranked[i] with { Score = (float)Sigmoid(ranked[i].Score) };
        }

        return ranked;
    }

    // In double precision, and without overflow on either side.
    private static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));
}
