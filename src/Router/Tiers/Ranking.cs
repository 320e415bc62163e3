using Rerank.Contracts.Models;
using Rerank.Dialects;

namespace Rerank.Router.Tiers;

/// <summary>From the scores of several tiers to one list.</summary>
internal static class Ranking
{
    /// <summary>Tier of a document that no tier has scored.</summary>
    public const int NoTier = -1;

    private const int IndexBits = 24;
    private const int LogitBits = 32;

    /// <summary>
    /// Documents that the highest tier scored come first, by its logits, then those that only the tier below scored, and so on: logits of
    /// different models can't be compared, and whatever was left behind has been judged worse than what went on. Equal ones stay in the order of the request.
    /// </summary>
    public static int[] Order(ReadOnlySpan<DocumentScore> documents)
    {
        // As numbers, which sort several times faster than by a comparison: tier, logit, place.
        var keys = new ulong[documents.Length];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = ((ulong)(byte)~(documents[i].Tier + 1) << (LogitBits + IndexBits)) | ((ulong)~Ascending(documents[i].Logit) << IndexBits) | (uint)i;

        Array.Sort(keys);
        return Array.ConvertAll(keys, key => (int)(key & ((1 << IndexBits) - 1)));
    }

    /// <summary>
    /// The first <paramref name="count"/> of the order with the scores to show. A score is capped at the one before it: clients sort by score
    /// again, and a lower tier's 0.9 must not jump over the full model's 0.4.
    /// </summary>
    public static RankedDocument[] Show(
        ReadOnlySpan<int> order, ReadOnlySpan<DocumentScore> documents, IReadOnlyList<Activation> activations, bool raw, int count)
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

    /// <summary>A number whose order is that of finite floats; both zeros are one.</summary>
    private static uint Ascending(float logit)
    {
        var bits = BitConverter.SingleToUInt32Bits(logit == 0 ? 0f : logit);
        return (bits & 0x8000_0000) == 0 ? bits | 0x8000_0000 : ~bits;
    }
}

/// <param name="Tier">Place of the highest model tier that scored it, or <see cref="Ranking.NoTier"/>.</param>
internal readonly record struct DocumentScore(int Tier, float Logit);
