using System.Globalization;
using System.Text;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Status;
using Rerank.Cli.Text;

namespace Rerank.Cli.Explain;

/// <summary>Why a revision was judged as it was.</summary>
internal static class ExplainText
{
    private const int GaugeWidth = 48;
    private const int SparkWidth = 40;
    private const int PathRows = 12;

    public static string Render(Subject subject, DateTimeOffset now, Style style)
    {
        var text = new StringBuilder();
        WriteVerdict(text, subject, now, style);
        if (subject.Report is { } report)
        {
            WriteMetrics(text, subject, report, style);
            WriteGauges(text, report, style);
            WritePath(text, report, now, style);
            WriteDecisions(text, report, now, style);
        }
        else
        {
            text.Append("\nNo report is kept about this revision: it has met no analysis, or the report has gone with it.\n");
        }

        if (Advice.For(subject, now) is { Count: > 0 } advice)
        {
            text.Append('\n').Append(style.Heading("What next")).Append('\n');
            foreach (var line in advice)
                text.Append($"  - {line}\n");
        }

        return text.ToString();
    }

    private static void WriteVerdict(StringBuilder text, Subject subject, DateTimeOffset now, Style style)
    {
        var against = subject.Report?.Stable is { } stable ? $", against {stable}" : "";
        text.Append($"{style.Heading(subject.Revision)} of {subject.Pipeline.Metadata.Name}: {subject.Role}{against}\n");
        if (subject.Pipeline.Status.EngineOf(subject.Revision) is { } engine)
            text.Append($"{engine.Reason}{Colon(engine.Message)}\n");
        var (verdict, metric, message) = subject switch
        {
            { Report: { } report } => (report.Verdict, report.Metric, report.Message),
            { Analysis: { } analysis } => (analysis.Verdict, analysis.Metric, analysis.Message),
            _ => (null, null, null),
        };
        var isRejected = subject is { Rejected: not null, Candidate: null };
        if (isRejected)
            text.Append(Rejected(subject.Rejected!, now));
        if (verdict is not null)
        {
            text.Append(WhatItIs(subject, verdict, style));
            text.Append(metric is null ? "" : isRejected && verdict != "Fail" ? $" ({metric})" : $", decided by {metric}");
            text.Append(subject.Report?.UpdatedTime is { } updated ? $", as of {Age.Since(updated, now)} ago\n" : "\n");

            // Of what was rejected the reason is said, and is not always what its metrics said.
            if (message is not null && !isRejected)
                text.Append($"  {message}\n");
        }

        if (subject.IsWithheld)
            text.Append($"{style.Apply(Tint.Uncertain, "withheld")} (HardLimitUnconfirmed){Colon(subject.Pipeline.Status.Find("Stalled")!.Message)}\n");
        if (subject is { Rejected: { } rejected, Candidate: not null })
            text.Append(Rejected(rejected, now));
        else if (!isRejected && subject.Stored?.Verdict is { } ended)
            text.Append($"{ended.Verdict} {Age.Since(ended.Time, now)} ago{(ended.Reason is { } reason ? $": {reason}" : "")}{Colon(ended.Message)}\n");
    }

    private static string WhatItIs(Subject subject, string verdict, Style style)
    {
        var shown = style.Apply(Style.OfVerdict(verdict), verdict);
        return subject switch
        {
            { IsWithheld: true } => $"verdict {shown} by its metrics alone",
            { Rejected: not null, Candidate: null } when verdict != "Fail" => $"its metrics were {shown} then",
            { Stable.Bakes: false } => $"it is not judged any more; its verdict was {shown}",
            _ => $"verdict {shown}",
        };
    }

    private static string Rejected(RejectedStatus rejected, DateTimeOffset now) => $"rejected {Age.Since(rejected.Time, now)} ago: {rejected.Reason}{Colon(rejected.Message)}\n";

    private static string Colon(string? message) => string.IsNullOrEmpty(message) ? "" : $": {message}";

    private static void WriteMetrics(StringBuilder text, Subject subject, Report report, Style style)
    {
        if (report.Metrics.Count == 0)
        {
            text.Append("\nNothing was compared: there are no metrics in its report.\n");
            return;
        }

        text.Append('\n').Append(style.Heading("Metrics")).Append(subject is { Rejected: not null, Candidate: null } ? ", as they stood when it was rejected\n" : "\n");
        if (subject.Bake is not null)
            text.Append($"  {Bake.Arms}\n");
        var table = new Table(style).Header("NAME", "TYPE", "MODE", "VERDICT", "STABLE", "CANDIDATE", "ESTIMATE", "BOUNDS", "LIMIT", "ALPHA", "SAMPLES", "STRATA", "KEYS");
        foreach (var metric in report.Metrics)
        {
            table.Row(
                metric.Name, metric.Type, metric.Mode, MetricValues.Verdict(metric),
                MetricValues.OfRevision(metric.Type, metric.Stable), MetricValues.OfRevision(metric.Type, metric.Candidate),
                MetricValues.OfComparison(metric.Type, metric.Estimate), MetricValues.Bounds(metric.Type, metric.Lower, metric.Upper, metric.Threshold),
                MetricValues.Limit(metric, subject.Pipeline.Spec.Rollout.Analysis.Find(metric.Name)),
                metric.Alpha?.ToString("0.####", CultureInfo.InvariantCulture) ?? "-",
                $"{Counts.Of(metric.StableSamples)} / {Counts.Of(metric.CandidateSamples)}",
                metric.Strata is { } strata ? Counts.Of(strata) : "-",
                metric is { StableKeys: { } stableKeys, CandidateKeys: { } candidateKeys } ? $"{Counts.Effective(stableKeys)} / {Counts.Effective(candidateKeys)}" : "-");
        }

        table.WriteTo(text);
        foreach (var metric in report.Metrics.Where(metric => !string.IsNullOrEmpty(metric.Message)))
            text.Append($"  {metric.Name}: {metric.Message}\n");
    }

    private static void WriteGauges(StringBuilder text, Report report, Style style)
    {
        if (report.Metrics.Count == 0)
            return;

        text.Append('\n');
        var table = new Table(style);
        foreach (var metric in report.Metrics)
            table.Row(metric.Name, new(Gauge.Draw(metric.Lower, metric.Estimate, metric.Upper, metric.Threshold, GaugeWidth), MetricValues.Verdict(metric).Tint));
        table.WriteTo(text);
        text.Append(style.Apply(Tint.Faint, "  ● estimate  ─ where the true value is: of pairs but for the chances that the spec allows, of shares about; none where too little is known  ┃ limit")).Append('\n');
    }

    private static void WritePath(StringBuilder text, Report report, DateTimeOffset now, Style style)
    {
        if (report.Path.Count == 0)
            return;

        text.Append('\n').Append(style.Heading("Path")).Append('\n');
        var seen = report.Path.SelectMany(point => point.Metrics).Select(metric => metric.Name).ToHashSet();
        var names = report.Metrics.Select(metric => metric.Name).Where(seen.Contains).Union(seen).ToList();
        var table = new Table(style).Header(["AGE", "STEP", "TRAFFIC", "STABLE", "CANDIDATE", "COMPARED", .. names.Select(name => (Cell)name.ToUpperInvariant())]);
        foreach (var point in Thin(report.Path))
        {
            table.Row(
            [
                Age.Since(point.Time, now), point.Step ?? "-", Counts.Share(point.TrafficPermille), Counts.Of(point.StableRequests),
                Counts.Of(point.CandidateRequests), Counts.Of(point.ComparedRequests), .. names.Select(name => ValueAt(report, point, name)),
            ]);
        }

        table.WriteTo(text);
        var sparks = new Table(style);
        foreach (var name in names)
            sparks.Row(name, Sparkline.Draw([.. report.Path.Select(point => Find(point, name)?.Estimate)], SparkWidth));
        sparks.WriteTo(text);
    }

    private static Cell ValueAt(Report report, PathPoint point, string name)
    {
        var type = report.Metrics.FirstOrDefault(metric => metric.Name == name)?.Type ?? "";
        return Find(point, name) is { } metric
            ? new Cell(MetricValues.OfComparison(type, metric.Estimate), Style.OfVerdict(metric.Verdict))
            : "-";
    }

    private static PathMetric? Find(PathPoint point, string name) => point.Metrics.FirstOrDefault(metric => metric.Name == name);

    /// <summary>The first, the last, and as many in between as a person reads.</summary>
    private static IEnumerable<PathPoint> Thin(IReadOnlyList<PathPoint> path) => path.Count <= PathRows
        ? path
        : Enumerable.Range(0, PathRows).Select(row => path[(int)((long)row * (path.Count - 1) / (PathRows - 1))]);

    private static void WriteDecisions(StringBuilder text, Report report, DateTimeOffset now, Style style)
    {
        if (report.Decisions.Count == 0)
            return;

        text.Append('\n').Append(style.Heading("Decisions")).Append('\n');
        DecisionTable.Of(report.Decisions.OrderBy(decision => decision.Time), now, style).WriteTo(text);
    }
}
