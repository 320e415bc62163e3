using System.Text;
using Rerank.Cli.Directives;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.Status;

/// <summary>The picture that <c>status</c> draws.</summary>
internal static class StatusText
{
    private const int GaugeWidth = 32;
    private const int BarWidth = 20;
    private const int DecisionsShown = 4;
    private const int All = 1000;

    public static string Render(Pipeline pipeline, Report? report, DateTimeOffset now, Style style)
    {
        var text = new StringBuilder();
        var progress = StepProgress.Of(pipeline, report, now);
        WriteHead(text, pipeline, now, style);
        WriteRevisions(text, pipeline, report, progress, now, style);
        WriteTiers(text, pipeline, style);
        WriteStep(text, pipeline, progress, style);
        WriteEvidence(text, pipeline, report, style);
        WriteConditions(text, pipeline.Status, now, style);
        WriteDecisions(text, report, now, style);
        return text.ToString();
    }

    /// <summary>All of it in one line, for logs.</summary>
    public static string Summary(Pipeline pipeline)
    {
        var status = pipeline.Status;
        List<string> parts = [];
        if (status.Stable is { } stable)
            parts.Add($"stable {stable.Revision} {Counts.Share(stable.TrafficPermille)}");
        if (status.Candidate is { } candidate)
            parts.Add($"candidate {candidate.Revision} {Counts.Share(candidate.TrafficPermille)} at {candidate.Step ?? "placing"}");
        if (status.Analysis is { } analysis)
            parts.Add($"verdict {analysis.Verdict}{(analysis.Metric is { } metric ? $" ({metric})" : "")}");
        if (status.Find("Ready") is { } ready)
            parts.Add($"{ready.Reason}{(ready.Message.Length > 0 ? $": {ready.Message}" : "")}");
        return parts.Count == 0 ? "no status yet" : string.Join(", ", parts);
    }

    private static void WriteHead(StringBuilder text, Pipeline pipeline, DateTimeOffset now, Style style)
    {
        var metadata = pipeline.Metadata;
        text.Append($"{style.Heading(metadata.Name)} in {metadata.Namespace}, age {Age.Since(metadata.CreationTimestamp, now)}");
        text.Append(pipeline.Status.Address is { } address ? $", {address}\n" : "\n");
        if (pipeline.Status.ObservedGeneration < metadata.Generation)
            text.Append(style.Apply(Tint.Uncertain, "The operator hasn't seen the latest change yet.")).Append('\n');
    }

    private static void WriteRevisions(StringBuilder text, Pipeline pipeline, Report? report, StepProgress? progress, DateTimeOffset now, Style style)
    {
        var status = pipeline.Status;
        text.Append('\n').Append(style.Heading("Revisions")).Append('\n');
        var table = new Table(style);
        if (status.Stable is { } stable)
        {
            table.Row(
                "stable", stable.Revision, Counts.Share(stable.TrafficPermille), $"for {Age.Since(stable.SinceTime, now)}",
                Bake.Of(pipeline)?.InWords(now));

            // What it replaced answers the rest, and has no role of its own in the status.
            if (stable is { Bakes: true, TrafficPermille: < All } && status.Analysis?.Revision == stable.Revision)
            {
                table.Row(
                    "replaced", report?.Revision == stable.Revision && report.Stable is { } replaced ? replaced : "-", Counts.Share(All - stable.TrafficPermille), "",
                    $"stands by while {stable.Revision} bakes");
            }
        }

        if (status.Candidate is { } candidate)
        {
            table.Row(
                "candidate", candidate.Revision, Counts.Share(candidate.TrafficPermille), $"for {Age.Since(candidate.SinceTime, now)}",
                string.Join(", ", Details(pipeline, candidate, progress)));
        }

        if (status is { Stable: null, Candidate: null })
            table.Row("none yet");
        table.WriteTo(text);
        if (status.Router is { } router)
        {
            var follow = $"{router.AcknowledgedReplicas} of {router.ReadyReplicas} routers follow generation {router.ConfigGeneration}";
            text.Append($"  {style.Apply(router.AcknowledgedReplicas < router.ReadyReplicas ? Tint.Uncertain : Tint.None, follow)}\n");
        }
    }

    private static IEnumerable<string> Details(Pipeline pipeline, CandidateStatus candidate, StepProgress? progress)
    {
        yield return candidate.Step is { } step ? progress is null ? $"step {step}" : $"step {step} ({progress.Number} of {progress.Count})" : "being placed";
        if (candidate.MirrorPermille > 0)
            yield return $"mirrors {Counts.Share(candidate.MirrorPermille)}";
        if (candidate.Attempt > 1)
            yield return $"attempt {candidate.Attempt}";
        if (pipeline.Spec.Rollout.Has(candidate.Revision, candidate.Attempt, DirectiveActions.Pause))
            yield return "paused";
        if (pipeline.Status.IsWithheld)
            yield return "a hard limit waits for a decision";
    }

    private static void WriteTiers(StringBuilder text, Pipeline pipeline, Style style)
    {
        text.Append('\n').Append(style.Heading("Tiers"));
        if (pipeline.Status is { Stable: { } stable } status && (status.Candidate is not null || status.Find("Ready") is { Reason: "RolledBack" }))
            text.Append($" that the spec asks for; revision {stable.Revision} may have others: `kubectl rerank diff {pipeline.Metadata.Name}`");
        text.Append('\n');
        var table = new Table(style);
        foreach (var tier in pipeline.Spec.Tiers)
            table.Row(TierText.Of(tier));
        table.WriteTo(text);
    }

    private static void WriteStep(StringBuilder text, Pipeline pipeline, StepProgress? progress, Style style)
    {
        if (progress is not { Step: var step })
            return;

        text.Append('\n').Append(style.Heading($"Step {step.Name} needs")).Append('\n');
        var table = new Table(style);
        if (step.MinRequests > 0)
            table.Row("requests", Done(progress.HasRequests), $"{Counts.Of(progress.Requests)} of {Counts.Of(step.MinRequests)}", Bar(progress.Requests, step.MinRequests));
        if (step.MinDurationSeconds > 0)
            table.Row("seconds", Done(progress.HasSeconds), $"{Counts.Of(progress.Seconds ?? 0)} of {Counts.Of(step.MinDurationSeconds)}", Bar(progress.Seconds ?? 0, step.MinDurationSeconds));
        if (step.NeedsApproval)
            table.Row("approval", Done(progress.IsApproved), progress.IsApproved ? "given" : $"kubectl rerank approve {pipeline.Metadata.Name}");
        var verdict = pipeline.Status.Analysis?.Verdict ?? "Undecided";
        table.Row("verdict", Done(verdict == "Pass"), new Cell(verdict, Style.OfVerdict(verdict)));
        table.WriteTo(text);
    }

    private static Cell Done(bool isDone) => isDone ? new("✓", Tint.Good) : new("…", Tint.Uncertain);

    private static string Bar(long part, long whole)
    {
        var filled = (int)Math.Clamp(part * BarWidth / whole, 0, BarWidth);
        return new string('█', filled) + new string('░', BarWidth - filled);
    }

    private static void WriteEvidence(StringBuilder text, Pipeline pipeline, Report? report, Style style)
    {
        var status = pipeline.Status;
        if (status.Analysis is not { } analysis)
            return;

        var bakes = status.Stable is { Bakes: true } stable && stable.Revision == analysis.Revision;
        text.Append('\n').Append(style.Heading("Evidence")).Append($" about {analysis.Revision}: ").Append(style.Apply(Style.OfVerdict(analysis.Verdict), analysis.Verdict));
        text.Append(status.IsWithheld ? " by its metrics alone" : "");
        text.Append($"; requests {Counts.Of(analysis.StableRequests)} {(bakes ? "replaced" : "stable")}, {Counts.Of(analysis.CandidateRequests)} {(bakes ? "promoted" : "candidate")}, ");
        text.Append($"{Counts.Of(analysis.ComparedRequests)} compared\n");
        if (bakes)
            text.Append($"  {Bake.Arms}\n");
        if (analysis.Message is { } message)
            text.Append($"  {message}\n");
        if (report is null || report.Revision != analysis.Revision)
            return;

        var table = new Table(style);
        foreach (var metric in report.Metrics)
        {
            table.Row(
                metric.Name,
                MetricValues.Verdict(metric) is var verdict && metric.Mode == "Advise" ? verdict with { Text = $"{verdict.Text} (advice)" } : verdict,
                Gauge.Draw(metric.Lower, metric.Estimate, metric.Upper, metric.Threshold, GaugeWidth),
                MetricValues.OfComparison(metric.Type, metric.Estimate),
                MetricValues.Bounds(metric.Type, metric.Lower, metric.Upper, metric.Threshold),
                $"limit {MetricValues.Limit(metric, pipeline.Spec.Rollout.Analysis.Find(metric.Name))}");
        }

        table.WriteTo(text);
        if (report.Metrics.Count > 0)
            text.Append(style.Apply(Tint.Faint, "  ● estimate  ─ its bounds  ┃ limit")).Append('\n');
    }

    private static void WriteConditions(StringBuilder text, PipelineStatus status, DateTimeOffset now, Style style)
    {
        if (status.Conditions.Count == 0)
            return;

        text.Append('\n').Append(style.Heading("Conditions")).Append('\n');
        var table = new Table(style);
        foreach (var condition in ConditionsShown.Of(status))
        {
            table.Row(
                new Cell($"{condition.Type}={condition.Status}", ConditionsShown.IsAsItShouldBe(condition) ? Tint.Good : Tint.Uncertain),
                Age.Since(condition.LastTransitionTime, now), condition.Reason, condition.Message);
        }

        foreach (var rejected in status.Rejected.Take(1))
            table.Row(new Cell("rejected", Tint.Bad), Age.Since(rejected.Time, now), rejected.Reason, $"{rejected.Revision}: {rejected.Message}");
        table.WriteTo(text);
    }

    private static void WriteDecisions(StringBuilder text, Report? report, DateTimeOffset now, Style style)
    {
        if (report is not { Decisions: [_, ..] decisions })
            return;

        text.Append('\n').Append(style.Heading("Last decisions")).Append('\n');
        DecisionTable.Of(decisions.OrderByDescending(decision => decision.Time).Take(DecisionsShown), now, style).WriteTo(text);
    }
}
