using Rerank.Cli.Directives;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Status;
using Rerank.Cli.Text;

namespace Rerank.Cli.Explain;

/// <summary>What is missing for the next step, and what a person can do about it.</summary>
internal static class Advice
{
    public const string Program = "kubectl rerank";

    public static IReadOnlyList<string> For(Subject subject, DateTimeOffset now)
    {
        if (subject.Candidate is { } candidate)
            return [.. OfCandidate(subject, candidate, now)];
        if (subject.Rejected is { } rejected)
            return [.. OfRejected(subject.Pipeline, rejected)];
        return subject.Bake is { } bake ? [.. OfBake(subject, bake, now)] : [];
    }

    private static IEnumerable<string> OfBake(Subject subject, Bake bake, DateTimeOffset now)
    {
        const string Guard = "a regression returns all traffic to the revision that it replaced";
        var name = subject.Pipeline.Metadata.Name;
        if (bake.IsWithheld)
        {
            var keep = subject.IsPromotedNow ? "approve" : "promote";
            foreach (var line in OfWithheld(name, $"`{Program} {keep} {name}` ends its bake all the same"))
                yield return line;
            yield break;
        }

        if (bake.IsPaused)
            yield return $"It is paused in its bake by a directive: `{Program} resume {name}` lets it go on.";
        if (!bake.MustPass)
        {
            yield return bake.Until > now
                ? $"It bakes another {Age.Of(bake.Until - now)}: {Guard}. There is nothing to do."
                : $"Its bake ends when every router follows: {Guard}.";
            yield break;
        }

        yield return bake.Until > now
            ? $"It bakes another {Age.Of(bake.Until - now)}, and longer until its analysis passes, which is {bake.Verdict}: {Guard}."
            : $"It bakes until its analysis passes, which is {bake.Verdict}: {Guard}.";
        foreach (var line in OfMetrics(subject))
            yield return line;
        var isWaiting = bake is { Latest: { } latest, RollsBack: false } && latest <= now;
        if (!isWaiting)
            yield return $"It waits for its analysis for `analysis.noData.deadlineSeconds` at most{bake.AtLatest(now)}; then {(bake.RollsBack ? "it is returned by itself" : "it waits for you")}.";

        // A promotion that a directive made is not ended by the same one.
        yield return bake.RollsBack
            ? $"To end it by hand: `{Program} abort {name}` takes it out."
            : $"To end it by hand: `{Program} approve {name}` has it stay {(isWaiting ? "now" : "then")}, also where its analysis has not passed; `{Program} abort {name}` takes it out.";
    }

    private static IEnumerable<string> OfWithheld(string name, string keep)
    {
        yield return "A hard limit took its traffic away, and whether it is to blame is not known: it gets nothing until you decide, whatever its metrics say.";
        yield return $"`{Program} retry {name}` tries it again with new evidence, {keep}, `{Program} abort {name}` rejects it. Or change the pipeline.";
    }

    private static IEnumerable<string> OfCandidate(Subject subject, CandidateStatus candidate, DateTimeOffset now)
    {
        var pipeline = subject.Pipeline;
        var name = pipeline.Metadata.Name;
        if (pipeline.Status.IsWithheld)
        {
            foreach (var line in OfWithheld(name, $"`{Program} promote {name}` has it take all traffic in spite of it"))
                yield return line;
            yield break;
        }

        if (pipeline.Spec.Rollout.Has(candidate.Revision, candidate.Attempt, DirectiveActions.Pause))
            yield return $"It is paused by a directive: `{Program} resume {name}` lets it go on.";
        var unhealthy = pipeline.Status.Find("CandidateHealthy") is { Status: "False" } condition ? condition : null;
        if (unhealthy is not null)
        {
            yield return $"It isn't healthy ({unhealthy.Reason}): {unhealthy.Message}";
            if (pipeline.Spec.Rollout.ProgressDeadlineSeconds is { } seconds)
                yield return $"It is rejected if that lasts for `rollout.progressDeadlineSeconds`{At(Later(candidate.SinceTime, unhealthy.LastTransitionTime) + TimeSpan.FromSeconds(seconds), now)}.";
        }

        if (StepProgress.Of(pipeline, subject.Report, now) is { } progress)
        {
            foreach (var line in OfStep(subject, progress))
                yield return line;
        }

        foreach (var line in OfMetrics(subject))
            yield return line;
        if (pipeline.Status.Router is { } router && router.AcknowledgedReplicas < router.ReadyReplicas)
            yield return $"{router.ReadyReplicas - router.AcknowledgedReplicas} of {router.ReadyReplicas} routers don't follow the latest weights yet.";

        // What isn't up can't be promoted.
        yield return unhealthy is null
            ? $"To end it by hand: `{Program} promote {name}` skips what is left, `{Program} abort {name}` takes it out."
            : $"To end it by hand: `{Program} abort {name}` takes it out.";
    }

    private static IEnumerable<string> OfStep(Subject subject, StepProgress progress)
    {
        if (!progress.HasRequests)
        {
            yield return $"Step {progress.Step.Name} needs {Counts.Of(progress.Step.MinRequests - progress.Requests)} more requests.";
            if (Obstacle(subject, progress.Step) is { } obstacle)
                yield return obstacle;
        }

        if (!progress.HasSeconds)
            yield return $"Step {progress.Step.Name} lasts another {Age.Of(TimeSpan.FromSeconds(progress.Step.MinDurationSeconds - (progress.Seconds ?? 0)))}.";
        if (progress.WaitsForApproval)
            yield return $"Step {progress.Step.Name} waits for approval: `{Program} approve {subject.Pipeline.Metadata.Name}`.";
    }

    /// <summary>Why requests that come may not count; null where nothing says so.</summary>
    private static string? Obstacle(Subject subject, StepSpec step)
    {
        var report = subject.Report;
        if (step.TrafficPermille > 0)
        {
            return report?.Metrics.Any(metric => metric is { CandidateKeys: 0, StableKeys: > 0 }) == true
                ? $"Of the keys that send requests none falls to the candidate at {Counts.Share(step.TrafficPermille)}: send requests of more keys, or give the step more traffic."
                : null;
        }

        if (subject.Pipeline.Spec.Rollout.Analysis.MaxShadowCostPermille == 0)
            return "Nothing is compared, since `analysis.maxShadowCostPermille` is 0: raise it.";
        var compared = report is { Path: [.., var latest] } ? latest.ComparedRequests : 0;
        return report switch
        {
            { RepeatedRequests: var repeated } when repeated > compared && repeated >= report.SkippedRequests =>
                $"{Counts.Of(repeated)} that were chosen don't count: the same request had been compared shortly before, or five of its key within the minute. Requests of more keys do.",
            { SkippedRequests: var skipped } when skipped > compared =>
                $"{Counts.Of(skipped)} that were chosen were not compared, since `analysis.maxShadowCostPermille` or the number at once was used up.",
            _ => null,
        };
    }

    private static IEnumerable<string> OfMetrics(Subject subject) =>
        (subject.Report?.Metrics ?? []).Where(metric => metric.Mode == "Enforce").SelectMany(metric => OfMetric(subject, metric));

    private static IEnumerable<string> OfMetric(Subject subject, MetricReport metric)
    {
        if (metric.SourceError is { } error)
            yield return $"Metric {metric.Name} gets nothing from its source: {error}";
        if (!metric.LacksData && metric.KeysNeeded is null)
            yield break;

        var samples = Math.Min(metric.StableSamples, metric.CandidateSamples);
        var needed = metric.SamplesNeeded ?? subject.Pipeline.Spec.Rollout.Analysis.Find(metric.Name)?.MinSamples;
        if (needed > samples)
        {
            yield return $"Metric {metric.Name} needs {Counts.Of(needed.Value - samples)} more samples: it has {Counts.Of(samples)} of {Counts.Of(needed.Value)}.";
        }
        else if (metric.KeysNeeded is { } keys)
        {
            yield return $"Metric {metric.Name} needs {keys} effective keys in each arm, and the candidate has {Keys(metric.CandidateKeys)}, stable {Keys(metric.StableKeys)}: "
                + $"more requests of the same keys don't help, those of other keys do. Where there are no more, key by something finer (`router.assignment`){(subject.Bake is null ? ", or judge by compared requests (`mirrorPermille`)" : "")}.";
        }
        else
        {
            yield return $"Metric {metric.Name} has as many samples as it asks for ({Counts.Of(samples)}), and is not yet shown to be within its limit: that takes more of them, or a wider limit.";
        }
    }

    private static string Keys(double? effective) => Counts.Effective(effective ?? 0);

    private static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;

    private static string At(DateTimeOffset time, DateTimeOffset now) => $", at {Age.Moment(time)}{(time > now ? $" (in {Age.Of(time - now)})" : "")}";

    private static IEnumerable<string> OfRejected(Pipeline pipeline, RejectedStatus rejected)
    {
        var name = pipeline.Metadata.Name;
        yield return $"It gets no traffic again by itself. See what it changed: `{Program} diff {name} {pipeline.Status.Stable?.Revision ?? "REVISION"} {rejected.Revision}`.";
        yield return pipeline.Status.EngineOf(rejected.Revision) is null
            ? "Mend it and change the pipeline: another content is another revision, which starts anew. Or go back: apply the pipeline as it was."
            : "The pipeline keeps the images that it has, and nothing needs to be done. Other images of the operator's are tried by themselves.";
        yield return $"When the cause was elsewhere: `{Program} retry {name} {rejected.Revision}` tries it once more.";
    }
}
