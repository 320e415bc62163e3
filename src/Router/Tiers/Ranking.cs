using Rerank.Contracts.Dialects;
using Rerank.Contracts.Models;

namespace Rerank.Router.Tiers;

/// <summary>From the scores of several tiers to one list.</summary>
internal static class Ranking
{
    /// <summary>Tier of a document that no tier has scored.</summary>
    public const int NoTier = -1;

    /// <summary>
    /// Documents that the highest tier scored come first, by its logits, then those that only the tier below scored, and so on: logits of
    /// different models can't be compared, and whatever was left behind has been judged worse than what went on.
    /// </summary>
    public static int[] Order(IReadOnlyList<DocumentScore> documents)
    {
        var order = new int[documents.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;

        Array.Sort(order, (left, right) =>
        {
            var byTier = documents[right].Tier.CompareTo(documents[left].Tier);
            if (byTier != 0)
                return byTier;
            var byLogit = documents[right].Logit.CompareTo(documents[left].Logit);
            return byLogit != 0 ? byLogit : left.CompareTo(right);
        });
        return order;
    }

    /// <summary>
    /// The first <paramref name="count"/> of the order with the scores to show. A score is capped at the one before it: clients sort by score
    /// again, and a lower tier's 0.9 must not jump over the full model's 0.4.
    /// </summary>
    public static RankedDocument[] Show(
        ReadOnlySpan<int> order, IReadOnlyList<DocumentScore> documents, IReadOnlyList<Activation> activations, bool raw, int count)
    {
        var shown = new RankedDocument[Math.Min(count, order.Length)];
        var cap = float.PositiveInfinity;
        for (var i = 0; i < shown.Length; i++)
        {
            var document = documents[order[i]];
            var score = document.Tier == NoTier ? 0f : raw ? document.Logit : Activate(document.Logit, activations[document.Tier]);
            cap = Math.Min(cap, score);
            shown[i] = new RankedDocument(order[i], cap);
        }

        return shown;
    }

    public static float Activate(float logit, Activation activation) => activation switch
    {
        Activation.Sigmoid => (float)(1 / (1 + Math.Exp(-(double)logit))),
        _ => logit,
    };
}

/// <param name="Tier">Place of the highest model tier that scored it, or <see cref="Ranking.NoTier"/>.</param>
internal readonly record struct DocumentScore(int Tier, float Logit);
