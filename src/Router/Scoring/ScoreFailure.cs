using Rerank.Dialects;
using Rerank.Router.Tiers;

namespace Rerank.Router.Scoring;

/// <summary>Why there are no scores, from the host that was asked to the arm that has no answer, or one without the tier that should have decided.</summary>
internal sealed record ScoreFailure(RequestErrorKind Kind, string Message, int? RetryAfterSeconds = null)
{
    /// <summary>Place among the passages asked for of the one that it is about, which the message calls <c>passage N</c>; null: it is about none.</summary>
    public int? Passage { get; init; }

    /// <summary>Whether the model gave scores that aren't finite.</summary>
    public bool InvalidScores { get; init; }

    /// <summary>Whether hosts have too much to do or don't answer in time, rather than being broken: then it would do harm to have others do all of their work.</summary>
    public bool IsOverload => Kind is RequestErrorKind.Overloaded or RequestErrorKind.DeadlineExceeded || IsCircuitOpen;

    /// <summary>Whether no host was asked, since none has answered in time of late.</summary>
    public bool IsCircuitOpen { get; init; }

    /// <summary>For metrics, evidence and logs: by default a word for its kind.</summary>
    public string Reason
    {
        get => field ?? (IsCircuitOpen ? "circuit_open" : Kind switch
        {
            RequestErrorKind.DeadlineExceeded => "deadline",
            RequestErrorKind.Overloaded => "overloaded",
            RequestErrorKind.ModelNotFound => "model_not_found",
            RequestErrorKind.Unavailable => "unavailable",
            RequestErrorKind.Malformed or RequestErrorKind.Empty or RequestErrorKind.Invalid or RequestErrorKind.TooLarge => "invalid",
            _ => "failed",
        });
        init;
    }

    /// <summary>What an exception of a ranking says.</summary>
    public static ScoreFailure Of(Exception exception) => exception switch
    {
        RankingException ranking => ranking.Failure,
        RequestException request => new ScoreFailure(request.Error.Kind, request.Error.Message),
        _ => new ScoreFailure(RequestErrorKind.Internal, "the ranking failed"),
    };

    /// <summary>Names the passage as the caller counts it: hosts are asked for some of a request's passages only, each once.</summary>
    public ScoreFailure AboutDocument(int document) =>
        Passage is { } passage ? this with { Passage = null, Message = Message.Replace($"passage {passage}", $"document {document}", StringComparison.Ordinal) } : this;

    /// <summary>As the caller is told. That hosts lack a model is no fault in the caller's request, whatever model it names.</summary>
    public RequestError ToError() =>
        new(Kind == RequestErrorKind.ModelNotFound ? RequestErrorKind.Unavailable : Kind, Message, RetryAfterSeconds);
}

/// <summary>Exactly one of the two is there.</summary>
internal readonly record struct ScoreResult(Contracts.Scoring.ScoreResponse? Scores, ScoreFailure? Failure)
{
    public static implicit operator ScoreResult(Contracts.Scoring.ScoreResponse scores) => new(scores, null);

    public static implicit operator ScoreResult(ScoreFailure failure) => new(null, failure);
}
