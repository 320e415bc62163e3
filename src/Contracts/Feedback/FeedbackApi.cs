namespace Rerank.Contracts.Feedback;

/// <summary>
/// What applications tell a router about an answer: <c>POST /v1/feedback</c>. 202 when it is joined to the answer, which has to be less than an hour
/// old and among the last <see cref="MaxAnswers"/> of its router; the same event twice counts once.
/// </summary>
public static class FeedbackApi
{
    public const string Path = "/v1/feedback";

    /// <summary>GET, between routers of a pipeline: the number by which a router's request ids tell that they are its own, as eight hexadecimal digits.</summary>
    public const string RouterPath = "/internal/v1/router";

    /// <summary>GET, between routers of a pipeline: 204 when the router remembers the answer of this id, which comes after the path; else 404.</summary>
    public const string AnswersPath = "/internal/v1/answers/";

    /// <summary>Set on feedback that one router hands on to another, which then doesn't hand it on again. Anybody may set it, so that it means nothing else.</summary>
    public const string ForwardedHeader = "X-Rerank-Feedback-Forwarded";

    public const int MaxEvents = 1000;

    /// <summary>How long after an answer feedback to it is taken. Under much traffic it may be shorter: a router remembers <see cref="MaxAnswers"/>.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromHours(1);

    /// <summary>Answers that a router remembers; beyond them the oldest is forgotten.</summary>
    public const int MaxAnswers = 65_536;
}
