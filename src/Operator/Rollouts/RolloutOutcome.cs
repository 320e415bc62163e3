using Rerank.Operator.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Rollouts;

/// <param name="Roles">The revisions, as they shall be from now on.</param>
/// <param name="Decision">What has been decided now; null when nothing.</param>
/// <param name="Waits">What the candidate waits for; null when there is none.</param>
/// <param name="IsOverdue">Whether it has waited for longer than it should, and needs help.</param>
internal sealed record RolloutOutcome(RevisionRoles Roles, RolloutDecision? Decision = null, Problem? Waits = null, bool IsOverdue = false);

internal sealed record RolloutDecision(DecisionKind Kind, string Revision, string Reason, string Message)
{
    /// <summary>Its name in reports.</summary>
    public string What => Kind.ToString();
}

/// <summary>What can be decided. Their names are in reports, and so are the API of whoever reads those.</summary>
internal enum DecisionKind
{
    StepStarted,
    Promoted,

    /// <summary>It gets no more traffic, for good.</summary>
    Rejected,

    /// <summary>It gets no more traffic until people decide.</summary>
    Withheld,

    /// <summary>Another try of what was withheld.</summary>
    Retried,

    /// <summary>What had been replaced is the stable one again.</summary>
    Returned,

    Baked,

    /// <summary>What only a rejected revision used is removed, although not every router has said that it left it.</summary>
    Released,
}
