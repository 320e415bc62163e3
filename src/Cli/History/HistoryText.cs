using System.Text;
using Rerank.Cli.Diff;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.History;

/// <summary>The revisions of a pipeline, newest first: what became of each, and what it changed.</summary>
internal static class HistoryText
{
    public static string Render(Pipeline pipeline, IReadOnlyList<StoredRevision> revisions, DateTimeOffset now, Style style)
    {
        if (revisions.Count == 0)
            return $"{pipeline.Metadata.Name} has no revision yet\n";

        var table = new Table(style, indent: 0).Header("REVISION", "ROLE", "FOR", "VERDICT", "WHEN", "ATTEMPTS", "CHANGED");
        for (var i = 0; i < revisions.Count; i++)
        {
            var (revision, before) = (revisions[i], i + 1 < revisions.Count ? revisions[i + 1] : null);
            var verdict = HistoryVerdict.Of(revision, pipeline.Status);
            table.Row(
                revision.Name, revision.Role, Age.Since(revision.Since, now),
                new(verdict?.Text ?? "-", verdict is null ? Tint.None : Style.OfVerdict(verdict.Verdict)),
                verdict?.Time is { } time ? Age.Since(time, now) : "-",
                verdict is null ? "-" : $"{verdict.Attempts}",
                before is null ? "first that is kept" : DiffText.Summary(RevisionDiff.Between(before.Snapshot, revision.Snapshot)));
        }

        var text = new StringBuilder();
        table.WriteTo(text);
        return text.ToString();
    }
}
