using Rerank.Dialects;
using Rerank.Router.Scoring;

namespace Rerank.Router.Trials;

/// <summary>Whose doing a failure is.</summary>
internal enum Blame
{
    /// <summary>The arm's that was asked.</summary>
    Arm,

    /// <summary>The caller's, who gave less time than stable would have needed, or let others go first. Counts for nobody.</summary>
    Caller,

    /// <summary>The request's, as far as the arm asked can tell. When the other arm answers it, it is the arm's after all.</summary>
    Request,

    /// <summary>
    /// Of hosts that have both arms' models and too much to do. An error like others for an arm whose turn it was, since both are refused alike; but what waits for nobody
    /// is refused first, so that it says nothing of the model there.
    /// </summary>
    Shared,
}

/// <summary>What a caller asked for that makes failures likelier.</summary>
/// <param name="ShorterLimit">For how long it waits for a ranking, when that is less than the policy allows.</param>
/// <param name="Priority">As in the request; above zero it lets others go first.</param>
internal readonly record struct CallerTerms(TimeSpan? ShorterLimit, int Priority);

/// <summary>The one place that decides whose a failure is.</summary>
internal static class BlameRule
{
    /// <summary>Reason of what only the candidate has refused.</summary>
    public const string Refused = "refused";

    /// <summary>Reason of what the caller had waited for in vain when it hung up.</summary>
    public const string Abandoned = "abandoned";

    /// <param name="ample">Time that is enough for nearly all of stable's answers, whichever arm was asked; null while that isn't known.</param>
    public static Blame Of(ScoreFailure failure, CallerTerms caller, TimeSpan? ample, bool sharedHosts) => failure.Kind switch
    {
        RequestErrorKind.Malformed or RequestErrorKind.Empty or RequestErrorKind.Invalid or RequestErrorKind.TooLarge => Blame.Request,
        RequestErrorKind.DeadlineExceeded or RequestErrorKind.Overloaded when caller.Priority > 0 || IsTooShort(caller.ShorterLimit, ample) => Blame.Caller,
        RequestErrorKind.Overloaded when sharedHosts => Blame.Shared,
        _ => Blame.Arm,
    };

    /// <summary>
    /// Whose doing it is that a caller hung up. An arm that hangs would leave no trace when callers lose their patience before the policy does; one that is as fast as
    /// stable is hardly ever left so late.
    /// </summary>
    /// <param name="ample">As in <see cref="Of"/>.</param>
    public static Blame OfHangUp(TimeSpan waited, CallerTerms caller, TimeSpan? ample) =>
        caller.Priority > 0 || IsTooShort(waited, ample) ? Blame.Caller : Blame.Arm;

    /// <summary>Whether it is an error of the arm in evidence.</summary>
    public static bool Counts(Blame blame) => blame is Blame.Arm or Blame.Shared;

    /// <summary>Whether stable couldn't be expected to make it either. With nothing known of it any time but the policy's may be.</summary>
    private static bool IsTooShort(TimeSpan? limit, TimeSpan? ample) => limit is { } its && !(its >= ample);
}
