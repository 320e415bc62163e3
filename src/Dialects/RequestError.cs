namespace Rerank.Dialects;

/// <summary>Why a request got no answer, before a dialect gives it its shape.</summary>
public enum RequestErrorKind
{
    /// <summary>The body is no JSON, or a field has the wrong type.</summary>
    Malformed,

    /// <summary>A text or list that has to have something in it has nothing.</summary>
    Empty,

    /// <summary>A field's value isn't allowed.</summary>
    Invalid,

    /// <summary>More bytes or documents than allowed.</summary>
    TooLarge,

    /// <summary>The body is compressed in a way that isn't taken.</summary>
    UnsupportedEncoding,

    ModelNotFound,

    /// <summary>No route has this path.</summary>
    RouteNotFound,

    /// <summary>Feedback to an answer that isn't known, or no longer.</summary>
    AnswerNotFound,

    /// <summary>The route has other methods.</summary>
    MethodNotAllowed,

    Overloaded,

    /// <summary>Nothing that could answer is up.</summary>
    Unavailable,

    DeadlineExceeded,

    Internal,
}

/// <param name="Message">For people: names the field, the value and what is allowed.</param>
/// <param name="RetryAfterSeconds">Sent as Retry-After.</param>
public sealed record RequestError(RequestErrorKind Kind, string Message, int? RetryAfterSeconds = null)
{
    /// <summary>The field of the request that it is about, for dialects that name it beside the message.</summary>
    public string? Field { get; init; }

    /// <summary>Place of the document that it is about, which the message names; null: it is about none, or about several.</summary>
    public int? Document { get; init; }

    /// <summary>Whether it is that a model gave scores that aren't finite.</summary>
    public bool InvalidScores { get; init; }

    /// <summary>Id of the request, for dialects that show it.</summary>
    public string? RequestId { get; init; }
}

/// <summary>Ends a request with an error that its dialect writes.</summary>
public class RequestException(RequestError error, Exception? inner = null) : Exception(error.Message, inner)
{
    public RequestException(RequestErrorKind kind, string message)
        : this(new RequestError(kind, message))
    {
    }

    public RequestError Error { get; } = error;
}
