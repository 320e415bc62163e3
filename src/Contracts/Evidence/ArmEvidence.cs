namespace Rerank.Contracts.Evidence;

/// <summary>
/// What became of an arm's requests. Only requests that were assigned by weight count: who chooses an arm by header is no random sample. Requests
/// that are wrong by themselves (4xx) don't count either.
/// </summary>
public sealed record ArmEvidence
{
    public static ArmEvidence None { get; } = new()
    {
        Requests = 0,
        Errors = 0,
        Degraded = 0,
        InvalidScores = 0,
        ConstantScores = 0,
        Latency = Histogram.Empty,
        TopScore = Histogram.Empty,
        Feedback = FeedbackEvidence.None,
    };

    /// <summary>Requests assigned to the arm that are done, well or not.</summary>
    public required long Requests { get; init; }

    /// <summary>Those of them that the arm gave no answer to through its own fault, also when the other arm then answered.</summary>
    public required long Errors { get; init; }

    /// <summary>By reason: <c>unavailable</c>, <c>deadline</c>, <c>failed</c>, ...</summary>
    public IReadOnlyDictionary<string, long> ErrorsByReason { get; set; } = new Dictionary<string, long>();

    /// <summary>Answers without the tier that should have decided.</summary>
    public required long Degraded { get; init; }

    /// <summary>Requests, shadows included, for which the model gave scores that aren't finite.</summary>
    public required long InvalidScores { get; init; }

    /// <summary>Requests, shadows included, with several distinct passages that all got the same score.</summary>
    public required long ConstantScores { get; init; }

    /// <summary>
    /// Time that ranking took, of answers to which the cache contributed nothing, in <see cref="Buckets.OfLatency">latency buckets</see>: a new model starts with an empty
    /// cache, and must not look slow for it, nor fast for a full one.
    /// </summary>
    public required Histogram Latency { get; init; }

    /// <summary>Highest logit of each request, shadows included, in <see cref="Buckets.OfLogit">logit buckets</see>: one number per request, because passages of one aren't independent.</summary>
    public required Histogram TopScore { get; init; }

    public required FeedbackEvidence Feedback { get; init; }
}

/// <summary>What applications told about answers, within an hour of each.</summary>
public sealed record FeedbackEvidence
{
    /// <summary>Bucket of <see cref="FirstRank"/> for documents beyond the hundredth rank, and for those that the answer didn't show.</summary>
    public const int BeyondRanks = 101;

    public static FeedbackEvidence None { get; } = new() { Answers = 0, Clicked = 0, Accepted = 0, Rejected = 0, FirstRank = Histogram.Empty };

    /// <summary>Answers with any feedback.</summary>
    public required long Answers { get; init; }

    /// <summary>Answers with a click or an accept.</summary>
    public required long Clicked { get; init; }

    /// <summary>Answers with an accept.</summary>
    public required long Accepted { get; init; }

    /// <summary>Answers with a reject.</summary>
    public required long Rejected { get; init; }

    /// <summary>
    /// By answers with feedback: rank, from 1, of the document clicked or accepted first, the best of those told at once; bucket 0: none was. The one
    /// count that may fall is bucket 0's, when a click follows on a reject.
    /// </summary>
    public required Histogram FirstRank { get; init; }
}
