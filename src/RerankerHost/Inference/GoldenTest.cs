using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Inference;

/// <summary>A model's self-test: it serves only when it still gives what was written down for it.</summary>
/// <param name="isRounded">Whether products are rounded to TF32, which the file's logits aren't made with.</param>
internal sealed class GoldenTest(ICrossEncoder model, TextTokenizer tokenizer, ModelContract contract, bool isRounded = false)
{
    private const float Tolerance = 1e-4f;
    private const float QuantizedTolerance = 1e-3f;

    // TF32 has 10 bits, so that a product is off by a two-thousandth at most; a logit of ten is off by less than this.
    private const float RoundedTolerance = 2e-2f;

    /// <exception cref="ModelLoadException">It doesn't; names the worst pair.</exception>
    public async Task RunAsync(IReadOnlyList<GoldenPair> pairs, CancellationToken cancellationToken)
    {
        var worst = await CompareAsync(pairs, cancellationToken);
        if (!worst.Passes)
        {
            throw new ModelLoadException(
                ModelFailure.GoldenMismatch,
                $"golden pair {worst.Index} has the logit {worst.Expected}, the model gives {worst.Actual}: "
                + $"a difference of {worst.Difference:G3}, and {worst.Tolerance:G3} is allowed"
                + (model.IsDynamicallyQuantized ? $"; lastLayer is {model.LastLayer}, and the file must be made with the same" : ""));
        }
    }

    /// <returns>The worst pair.</returns>
    /// <exception cref="ModelLoadException">Nothing can be compared, or tokens differ.</exception>
    public async Task<GoldenComparison> CompareAsync(IReadOnlyList<GoldenPair> pairs, CancellationToken cancellationToken)
    {
        var tolerance = isRounded ? RoundedTolerance : model.IsDynamicallyQuantized ? QuantizedTolerance : Tolerance;
        GoldenComparison? worst = null;
        for (var i = 0; i < pairs.Count; i++)
        {
            if (!IsServedLikeThis(pairs[i]))
                continue;
            CompareTokens(i, pairs[i]);
            var scores = await model.ScoreAsync(pairs[i].Query, [pairs[i].Passage], new PairOptions { IsOwn = true }, cancellationToken);
            var pair = new GoldenComparison(i, (model.IsDynamicallyQuantized ? pairs[i].LogitInt8 : null) ?? pairs[i].Logit, scores[0].Logit, tolerance);
            if (worst is null || pair.Difference > worst.Difference)
                worst = pair;
        }

        return worst ?? throw new ModelLoadException(
            ModelFailure.GoldenMismatch, "every pair of the golden file has special tokens in its texts that this contract reads in another way, so nothing could be compared");
    }

    private bool IsServedLikeThis(GoldenPair pair) =>
        pair.LiteralMarkersAreSpecial == (contract.SpecialTokensInText == SpecialTokensInText.Parse)
        || !tokenizer.Markers.Any(marker => pair.Query.Contains(marker, StringComparison.Ordinal) || pair.Passage.Contains(marker, StringComparison.Ordinal));

    private void CompareTokens(int index, GoldenPair pair)
    {
        if (pair.InputIds is null)
            return;
        var encoded = tokenizer.Encode(pair.Query, pair.Passage, contract.MaxInputTokens, contract.Truncation);
        if (encoded is not { } tokens || !tokens.Ids.AsSpan().SequenceEqual(pair.InputIds)
            || (pair.TokenTypeIds is not null && !tokens.Types.AsSpan().SequenceEqual(pair.TokenTypeIds)))
        {
            throw new ModelLoadException(ModelFailure.GoldenMismatch, $"the tokens of golden pair {index} differ from those that the tokenizer gives");
        }
    }
}

/// <param name="Index">Of the pair in its file.</param>
internal sealed record GoldenComparison(int Index, float Expected, float Actual, float Tolerance)
{
    public float Difference => Math.Abs(Expected - Actual);

    public bool Passes => Difference <= Tolerance;
}
