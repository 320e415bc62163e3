using Rerank.Cli.Pipelines;

namespace Rerank.Cli.History;

/// <summary>How a revision's rollout ended, from its ControllerRevision or else from the status.</summary>
internal sealed record HistoryVerdict(string Verdict, string? Reason, DateTimeOffset? Time, int Attempts)
{
    public string Text => Reason is { Length: > 0 } reason ? $"{Verdict} ({reason})" : Verdict;

    /// <returns>Null when it hasn't ended, or nobody remembers.</returns>
    public static HistoryVerdict? Of(StoredRevision revision, PipelineStatus status) =>
        revision.Verdict is { } kept
            ? new(kept.Verdict, kept.Reason, kept.Time, kept.Attempts)
            : status.Rejected.FirstOrDefault(rejected => rejected.Revision == revision.Name) is { } rejected
                ? new("Rejected", rejected.Reason, rejected.Time, rejected.Attempts)
                : null;
}
