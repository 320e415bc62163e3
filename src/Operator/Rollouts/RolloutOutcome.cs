using Rerank.Operator.Pipelines.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Rollouts;

/// <param name="Roles">The revisions, as they shall be from now on.</param>
/// <param name="Decision">What has been decided now; null when nothing.</param>
/// <param name="Waits">What the candidate waits for; null when there is none.</param>
/// <param name="IsOverdue">Whether it has waited for longer than it should, and needs help.</param>
internal sealed record RolloutOutcome(RevisionRoles Roles, RolloutDecision? Decision = null, Problem? Waits = null, bool IsOverdue = false);

/// <param name="What">StepStarted, StepFollowed, Promoted, Rejected, Returned or Baked.</param>
internal sealed record RolloutDecision(string What, string Revision, string Reason, string Message);
