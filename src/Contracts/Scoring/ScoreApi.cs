using System.Text.Json.Serialization;

namespace Rerank.Contracts.Scoring;

/// <summary>The internal API by which a router has pairs scored: <c>POST /internal/v1/score</c>.</summary>
public static class ScoreApi
{
    public const string Path = "/internal/v1/score";

    /// <summary>
    /// The largest body of a score request that comes of a caller's body of at most <paramref name="bytes"/>: a character of four bytes may be escaped as twelve, and there are digest, names and
    /// numbers beside the texts.
    /// </summary>
    public static long MostBodyBytes(long bytes) => 3 * bytes + 64 * 1024;

    /// <summary>The farthest that a <see cref="ScoreRequest.Priority"/> counts, either way.</summary>
    public const int MostPriority = 999;

    /// <summary>Milliseconds that are left for the answer; the host drops the work after them.</summary>
    public const string TimeoutHeader = "X-Rerank-Timeout-Milliseconds";

    /// <summary>The caller's or the router's id of the request, a UUID, from edge to host, so that it is found in all logs.</summary>
    public const string RequestIdHeader = "X-Rerank-Request-Id";

    /// <summary>
    /// Which model a request is for that a router passes on unread, by content. Hosts go by it before anything that the body says: routers take every name, since their pipeline decides.
    /// </summary>
    public const string DigestHeader = "X-Rerank-Model-Digest";

    /// <summary>
    /// What a pipeline allows of a request that its router passes on unread: bytes of the body as it is decoded, which a router can't count, and texts. The smaller of this and of a host's own limit
    /// counts: a host may serve several pipelines.
    /// </summary>
    public const string MaxBodyBytesHeader = "X-Rerank-Max-Body-Bytes";

    /// <inheritdoc cref="MaxBodyBytesHeader"/>
    public const string MaxDocumentsHeader = "X-Rerank-Max-Documents";

    /// <summary>
    /// <see cref="ScoreResponse.ScoredBy"/> of an answer. A header, since routers of earlier versions refuse members that they don't know.
    /// </summary>
    public const string ScoredByHeader = "X-Rerank-Scored-By";
}

public sealed record ScoreRequest
{
    /// <summary>Which model, by content, so that two revisions can't be mixed up.</summary>
    public required string Digest { get; init; }

    public required string Query { get; init; }

    public required IReadOnlyList<string> Passages { get; init; }

    /// <summary>Cap on the tokens of one passage; null: the model's own limit only.</summary>
    public int? MaxTokensPerPassage { get; init; }

    /// <summary>Cap on the tokens of the query; null: the model's own limit only.</summary>
    public int? MaxTokensPerQuery { get; init; }

    /// <summary>In how many parts a passage that is too long is scored at most, the best part's score counting; null: one, the rest is cut off.</summary>
    public int? MaxChunksPerPassage { get; init; }

    /// <summary>-999 to 999, lower is earlier; null: 0. A step is worth 20 ms of arrival.</summary>
    public int? Priority { get; init; }

    /// <summary>Whether the answer has <see cref="ScoreResponse.TotalTokens"/>; null: it hasn't.</summary>
    public bool? TotalTokens { get; init; }
}

/// <summary>One entry per passage, in the order of the request.</summary>
public sealed record ScoreResponse
{
    public required string Digest { get; init; }

    /// <summary>Raw logits, all finite.</summary>
    public required float[] Logits { get; init; }

    /// <summary>Tokens that the model was fed, special tokens included; those of all parts of a passage together.</summary>
    public required int[] Tokens { get; init; }

    /// <summary>Whether text was cut off to fit.</summary>
    public required bool[] Truncated { get; init; }

    /// <summary>For how long the host did other requests' work instead. Whoever compares models by their time takes it off: models of one host wait in one queue.</summary>
    public double WaitedMilliseconds { get; set; }

    /// <summary>Tokens of the whole query and passage with special tokens; null unless asked for.</summary>
    public int[]? TotalTokens { get; init; }

    /// <summary>
    /// What computed it, where that changes scores: an execution provider, and how it rounds. A model that may run on several has one digest and scores of several
    /// origins, which differ in the last digits. Null: a host of an earlier version, which didn't say.
    /// </summary>
    [JsonIgnore]
    public string? ScoredBy { get; init; }
}

/// <summary>Body of every answer of the score API that is not 200.</summary>
/// <param name="Code">One of <see cref="ScoreErrorCode"/>.</param>
public sealed record ScoreError(string Code, string Message)
{
    /// <summary>Place in <see cref="ScoreRequest.Passages"/> of the one that it is about, which the message calls <c>passage N</c>; null: it is about none of them, or about several.</summary>
    public int? Passage { get; init; }
}

public static class ScoreErrorCode
{
    /// <summary>400.</summary>
    public const string InvalidRequest = nameof(InvalidRequest);

    /// <summary>404: the host doesn't hold this digest.</summary>
    public const string ModelNotFound = nameof(ModelNotFound);

    /// <summary>503: it holds it, but isn't done loading it or failed to.</summary>
    public const string ModelNotReady = nameof(ModelNotReady);

    /// <summary>429, with Retry-After.</summary>
    public const string Overloaded = nameof(Overloaded);

    /// <summary>504: the time allowed ran out.</summary>
    public const string DeadlineExceeded = nameof(DeadlineExceeded);

    /// <summary>500: the model failed.</summary>
    public const string ModelFailed = nameof(ModelFailed);

    /// <summary>500: the model gave a score that isn't finite.</summary>
    public const string InvalidScores = nameof(InvalidScores);
}
