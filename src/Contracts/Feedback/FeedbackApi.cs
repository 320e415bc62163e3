namespace Rerank.Contracts.Feedback;

/// <summary>
/// What applications tell a router about an answer: <c>POST /v1/feedback</c>. 202 when it is joined to the answer, which has to be less than an hour
/// old; the same event twice counts once.
/// </summary>
public static class FeedbackApi
{
    public const string Path = "/v1/feedback";

    /// <summary>Set on feedback that one router hands on to another, which then doesn't hand it on again.</summary>
    public const string ForwardedHeader = "X-Rerank-Feedback-Forwarded";

    public const int MaxEvents = 1000;

    /// <summary>How long after an answer feedback to it is taken. Under much traffic it may be shorter: a router remembers <see cref="MaxAnswers"/>.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromHours(1);

    /// <summary>Answers that a router remembers; beyond them the oldest is forgotten.</summary>
    public const int MaxAnswers = 65_536;
}
