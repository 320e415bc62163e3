using Rerank.Cli.Directives;
using Rerank.Cli.Pipelines;

namespace Rerank.Cli.Status;

/// <summary>How far the candidate's step is.</summary>
/// <param name="Number">Of the step, from 1.</param>
/// <param name="Requests">Of the candidate in this step; in a step without traffic, those that both revisions ranked.</param>
/// <param name="Seconds">Since every router follows the step; null while one doesn't.</param>
internal sealed record StepProgress(StepSpec Step, int Number, int Count, long Requests, long? Seconds, bool IsApproved)
{
    public bool HasRequests => Requests >= Step.MinRequests;

    public bool HasSeconds => Step.MinDurationSeconds == 0 || Seconds >= Step.MinDurationSeconds;

    public bool WaitsForApproval => Step.NeedsApproval && !IsApproved;

    /// <returns>Null when there is no candidate, or it is at no step yet.</returns>
    public static StepProgress? Of(Pipeline pipeline, Report? report, DateTimeOffset now)
    {
        var steps = pipeline.Spec.Rollout.Steps;
        if (pipeline.Status.Candidate is not { Step: { } name } candidate || steps.Select(step => step.Name).ToList().IndexOf(name) is not (>= 0 and var index))
            return null;

        return new(
            steps[index],
            index + 1,
            steps.Count,
            RequestsOf(steps[index], candidate, pipeline.Status.Analysis, report),
            candidate.StepStartTime is { } start ? (long)(now - start).TotalSeconds : null,
            pipeline.Spec.Rollout.Has(candidate.Revision, candidate.Attempt, DirectiveActions.Approve, name));
    }

    /// <summary>Counts go on over the steps, so what was there before the step is taken off. The status alone has only rounded totals.</summary>
    private static long RequestsOf(StepSpec step, CandidateStatus candidate, AnalysisStatus? analysis, Report? report)
    {
        if (report is { Path: [.., var latest] } && report.Revision == candidate.Revision && report.Attempt == candidate.Attempt)
        {
            var before = report.Path.LastOrDefault(point => point.Step != step.Name);
            return Count(latest) - (before is null ? 0 : Count(before));
        }

        if (analysis?.Revision != candidate.Revision)
            return 0;
        return step.TrafficPermille > 0 ? analysis.CandidateRequests : analysis.ComparedRequests;

        long Count(PathPoint point) => step.TrafficPermille > 0 ? point.CandidateRequests : point.ComparedRequests;
    }
}
