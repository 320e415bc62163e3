namespace Rerank.Contracts.Evidence;

/// <summary>What comparing both arms' rankings of the same requests showed.</summary>
public sealed record ShadowEvidence
{
    public static ShadowEvidence None { get; } = new()
    {
        Pairs = 0,
        Failed = 0,
        Skipped = 0,
        TopOneMatches = 0,
        Overlap = Histogram.Empty,
        RankBiasedOverlap = Histogram.Empty,
        KendallTau = Histogram.Empty,
        LogitShift = Histogram.Empty,
        BestScores = Histogram.Empty,
    };

    /// <summary>Requests that both arms have ranked, and those that only stable could: these have nothing in common.</summary>
    public required long Pairs { get; init; }

    /// <summary>Requests that stable answered and the candidate could not rank, or only without the tier that should have decided. They are among the pairs, with an overlap of zero.</summary>
    public required long Failed { get; init; }

    /// <summary>Requests that the candidate answered and stable could not rank. They are no pairs.</summary>
    public long StableFailed { get; set; }

    /// <summary>Requests that were chosen and not compared, because the same one had been a short while ago, or its key had sent as many as count.</summary>
    public long Repeated { get; set; }

    /// <summary>Requests that were chosen and then not compared, because the cost share or the number at once was used up.</summary>
    public required long Skipped { get; init; }

    /// <summary>Pairs with the same document first.</summary>
    public required long TopOneMatches { get; init; }

    /// <summary>Share of the first k places that both have, in <see cref="Buckets.OfShare">hundredths</see>.</summary>
    public required Histogram Overlap { get; init; }

    /// <summary>Rank-biased overlap, p = 0.9, in hundredths.</summary>
    public required Histogram RankBiasedOverlap { get; init; }

    /// <summary>Kendall's tau-b over the union of the first k places, as (tau + 1) / 2 in hundredths.</summary>
    public required Histogram KendallTau { get; init; }

    /// <summary>Mean over a request's documents of candidate's logit less stable's, in logit buckets.</summary>
    public required Histogram LogitShift { get; init; }

    /// <summary>
    /// Best logits of the same request, by both arms: bucket <c>stable * Buckets.BestScores + candidate</c>, both <see cref="Buckets.OfBestScore"/>. Only of pairs that both
    /// arms have ranked.
    /// </summary>
    public Histogram BestScores { get; set; } = Histogram.Empty;
}
