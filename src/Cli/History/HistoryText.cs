using System.Text;
using Rerank.Cli.Diff;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.History;

/// <summary>The revisions of a pipeline, newest first: what became of each, and how it differs from the one that answers.</summary>
internal static class HistoryText
{
    public static string Render(Pipeline pipeline, IReadOnlyList<StoredRevision> revisions, DateTimeOffset now, Style style)
    {
        if (revisions.Count == 0)
            return $"{pipeline.Metadata.Name} has no revision yet\n";

        var table = new Table(style, indent: 0).Header("REVISION", "ROLE", "FOR", "VERDICT", "WHEN", "ATTEMPTS", "DIFFERS FROM STABLE");

        // Not from its neighbour: revisions come back, so that their order doesn't tell what replaced what.
        var stable = revisions.FirstOrDefault(revision => revision.Name == pipeline.Status.Stable?.Revision) ?? revisions.FirstOrDefault(revision => revision.Role == "stable");
        foreach (var revision in revisions)
        {
            var verdict = HistoryVerdict.Of(revision, pipeline.Status);
            table.Row(
                revision.Name, revision.Role, Age.Since(revision.Since, now),
                new(verdict?.Text ?? "-", verdict is null ? Tint.None : Style.OfVerdict(verdict.Verdict)),
                verdict?.Time is { } time ? Age.Since(time, now) : "-",
                Attempts(pipeline.Status, revision, verdict) is { } attempts ? $"{attempts}" : "-",
                stable is null || stable.Name == revision.Name ? "-" : DiffText.Summary(RevisionDiff.Between(stable.Snapshot, revision.Snapshot)));
        }

        var text = new StringBuilder();
        table.WriteTo(text);
        return text.ToString();
    }

    // A verdict is about the attempt that it ended, and another one may be under way.
    private static int? Attempts(PipelineStatus status, StoredRevision revision, HistoryVerdict? verdict) =>
        status.Candidate is { } candidate && candidate.Revision == revision.Name ? candidate.Attempt
        : status.Stable is { Attempt: { } attempt } stable && stable.Revision == revision.Name ? attempt
        : verdict?.Attempts;
}
