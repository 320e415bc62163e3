namespace Rerank.RerankerHost.Inference;

/// <summary>Pairs of one length that run together.</summary>
/// <param name="FirstPair">Place among the sorted pairs.</param>
/// <param name="Offset">Where their tokens begin; they lie one after the other.</param>
internal readonly record struct PairBatch(int FirstPair, int Pairs, int Length, int Offset)
{
    public int Tokens => Pairs * Length;

    /// <summary>
    /// Cuts pairs sorted by length into batches. Only pairs of exactly one length share a batch: padding would cost time,
    /// and in some models change scores.
    /// </summary>
    /// <param name="tokenBudget">Tokens that a batch holds at most, unless a single pair has more.</param>
    public static List<PairBatch> Cut(ReadOnlySpan<int> sortedLengths, int tokenBudget)
    {
        var batches = new List<PairBatch>();
        var offset = 0;
        for (var first = 0; first < sortedLengths.Length;)
        {
            var length = sortedLengths[first];
            var end = first + 1;
            while (end < sortedLengths.Length && sortedLengths[end] == length && (end - first + 1) * (long)length <= tokenBudget)
                end++;
            batches.Add(new PairBatch(first, end - first, length, offset));
            offset += (end - first) * length;
            first = end;
        }

        return batches;
    }
}
