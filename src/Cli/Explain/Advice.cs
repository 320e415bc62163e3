using Rerank.Cli.Pipelines;
using Rerank.Cli.Status;
using Rerank.Cli.Text;

namespace Rerank.Cli.Explain;

/// <summary>What is missing for the next step, and what a person can do about it.</summary>
internal static class Advice
{
    private const string Program = "kubectl rerank";

    public static IReadOnlyList<string> For(Subject subject, DateTimeOffset now)
    {
        if (subject.Candidate is { } candidate)
            return [.. OfCandidate(subject, candidate, now)];
        if (subject.Rejected is { } rejected)
            return [.. OfRejected(subject.Pipeline, rejected)];
        if (subject.Stable is not { BakesUntilTime: { } until })
            return [];
        return until > now
            ? [$"It bakes another {Age.Of(until - now)}: a regression returns all traffic to the revision that it replaced. There is nothing to do."]
            :
            [
                "It bakes until its analysis passes: a regression returns all traffic to the revision that it replaced.",
                $"To end it by hand: `{Program} promote {subject.Pipeline.Metadata.Name}` has it stay, `{Program} abort {subject.Pipeline.Metadata.Name}` takes it out.",
            ];
    }

    private static IEnumerable<string> OfCandidate(Subject subject, CandidateStatus candidate, DateTimeOffset now)
    {
        var pipeline = subject.Pipeline;
        var name = pipeline.Metadata.Name;
        if (pipeline.Spec.Rollout.Directives.Any(directive => directive.IsSameAs(new() { Revision = candidate.Revision, Action = "Pause" })))
            yield return $"It is paused by a directive: `{Program} resume {name}` lets it go on.";
        if (pipeline.Status.Find("CandidateHealthy") is { Status: "False" } unhealthy)
            yield return $"It isn't healthy ({unhealthy.Reason}): {unhealthy.Message}";
        if (StepProgress.Of(pipeline, subject.Report, now) is { } progress)
        {
            foreach (var line in OfStep(name, progress))
                yield return line;
        }

        foreach (var line in (subject.Report?.Metrics ?? []).Where(metric => metric.Mode == "Enforce").SelectMany(metric => OfMetric(pipeline, metric)))
            yield return line;
        if (pipeline.Status.Router is { } router && router.AcknowledgedReplicas < router.ReadyReplicas)
            yield return $"{router.ReadyReplicas - router.AcknowledgedReplicas} of {router.ReadyReplicas} routers don't follow the latest weights yet.";
        yield return $"To end it by hand: `{Program} promote {name}` skips what is left, `{Program} abort {name}` takes it out.";
    }

    private static IEnumerable<string> OfStep(string pipeline, StepProgress progress)
    {
        if (!progress.HasRequests)
            yield return $"Step {progress.Step.Name} needs {Counts.Of(progress.Step.MinRequests - progress.Requests)} more requests.";
        if (!progress.HasSeconds)
            yield return $"Step {progress.Step.Name} lasts another {Age.Of(TimeSpan.FromSeconds(progress.Step.MinDurationSeconds - (progress.Seconds ?? 0)))}.";
        if (progress.WaitsForApproval)
            yield return $"Step {progress.Step.Name} waits for approval: `{Program} approve {pipeline}`.";
    }

    private static IEnumerable<string> OfMetric(Pipeline pipeline, MetricReport metric)
    {
        if (metric.SourceError is { } error)
            yield return $"Metric {metric.Name} gets nothing from its source: {error}";
        if (!metric.LacksData)
            yield break;

        var samples = Math.Min(metric.StableSamples, metric.CandidateSamples);
        var needed = pipeline.Spec.Rollout.Analysis.Metrics.FirstOrDefault(spec => spec.Name == metric.Name)?.MinSamples;
        yield return needed > samples
            ? $"Metric {metric.Name} needs {Counts.Of(needed.Value - samples)} more samples: it has {Counts.Of(samples)} of {Counts.Of(needed.Value)}."
            : $"Metric {metric.Name} has too few samples ({Counts.Of(samples)}).";
    }

    private static IEnumerable<string> OfRejected(Pipeline pipeline, RejectedStatus rejected)
    {
        var name = pipeline.Metadata.Name;
        yield return $"It gets no traffic again by itself. See what it changed: `{Program} diff {name} {pipeline.Status.Stable?.Revision ?? "REVISION"} {rejected.Revision}`.";
        yield return "Mend it and change the pipeline: another content is another revision, which starts anew. Or go back: apply the pipeline as it was.";
        yield return $"When the cause was elsewhere: `{Program} retry {name} {rejected.Revision}` tries it once more.";
    }
}
