using Rerank.Contracts.Dialects;

namespace Rerank.Router.Scoring;

/// <summary>Why a tier gave no scores.</summary>
internal sealed record ScoreFailure(RequestErrorKind Kind, string Message, int? RetryAfterSeconds = null)
{
    /// <summary>Whether the model gave scores that aren't finite.</summary>
    public bool InvalidScores { get; init; }

    /// <summary>For metrics, evidence and logs.</summary>
    public string Reason => Kind switch
    {
        RequestErrorKind.DeadlineExceeded => "deadline",
        RequestErrorKind.Overloaded => "overloaded",
        RequestErrorKind.ModelNotFound => "model_not_found",
        RequestErrorKind.Unavailable => "unavailable",
        RequestErrorKind.Invalid => "invalid",
        _ => "failed",
    };

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
