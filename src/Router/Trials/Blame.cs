using Rerank.Contracts.Dialects;

namespace Rerank.Router.Trials;

/// <summary>Whose doing a failure is.</summary>
internal enum Blame
{
    /// <summary>The arm's that was asked.</summary>
    Arm,

    /// <summary>The caller's, who gave less time than the policy, or let others go first. Counts for nobody.</summary>
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
/// <param name="ShorterLimit">Whether it waits for less than the policy allows.</param>
/// <param name="Priority">As in the request; above zero it lets others go first.</param>
internal readonly record struct CallerTerms(bool ShorterLimit, int Priority);

/// <summary>The one place that decides whose a failure is.</summary>
internal static class BlameRule
{
    /// <summary>Reason of what only the candidate has refused.</summary>
    public const string Refused = "refused";

    public static Blame Of(ArmFailure failure, CallerTerms caller, bool sharedHosts) => failure.Kind switch
    {
        RequestErrorKind.Malformed or RequestErrorKind.Empty or RequestErrorKind.Invalid or RequestErrorKind.TooLarge => Blame.Request,
        RequestErrorKind.DeadlineExceeded or RequestErrorKind.Overloaded when caller.ShorterLimit || caller.Priority > 0 => Blame.Caller,
        RequestErrorKind.Overloaded when sharedHosts => Blame.Shared,
        _ => Blame.Arm,
    };

    /// <summary>Whether it is an error of the arm in evidence.</summary>
    public static bool Counts(Blame blame) => blame is Blame.Arm or Blame.Shared;
}
