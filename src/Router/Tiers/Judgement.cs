namespace Rerank.Router.Tiers;

/// <summary>How an arm ranked all documents of a request.</summary>
/// <param name="Order">Places of documents in the request, best first.</param>
/// <param name="Documents">By document.</param>
/// <param name="Slots">By document: the place of its passage among the distinct ones.</param>
/// <param name="DistinctPassages">How many there are.</param>
/// <param name="LastTier">Place of the arm's full model.</param>
internal sealed record Judgement(int[] Order, DocumentScore[] Documents, int[] Slots, int DistinctPassages, int LastTier)
{
    /// <summary>Fewer that are alike prove nothing.</summary>
    public const int FewestToBeConstant = 5;

    /// <summary>The best document's logit; null when no tier gave any.</summary>
    public float? TopLogit => Documents[Order[0]] is { Tier: not Ranking.NoTier } best ? best.Logit : null;

    /// <summary>Whether the full model gave several distinct passages the same score, bit for bit; null when it saw too few to say.</summary>
    public bool? IsConstant()
    {
        if (DistinctPassages < FewestToBeConstant)
            return null;

        var seen = new bool[DistinctPassages];
        var judged = 0;
        int? bits = null;
        for (var i = 0; i < Documents.Length; i++)
        {
            if (Documents[i].Tier != LastTier || seen[Slots[i]])
                continue;
            seen[Slots[i]] = true;
            judged++;
            var its = BitConverter.SingleToInt32Bits(Documents[i].Logit);
            if ((bits ??= its) != its)
                return false;
        }

        return judged >= FewestToBeConstant ? true : null;
    }
}
