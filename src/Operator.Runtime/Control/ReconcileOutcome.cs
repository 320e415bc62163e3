namespace Rerank.Operator.Runtime.Control;

internal enum OutcomeKind
{
    Success,
    Failure,
    Conflict,
    TimedOut,
    Threw,

    /// <summary>The process is stopping.</summary>
    Cancelled,
}

/// <summary>How the run of a key ended.</summary>
internal readonly record struct ReconcileOutcome(OutcomeKind Kind, TimeSpan? RequeueAfter = null, string? Message = null, Exception? Error = null);
