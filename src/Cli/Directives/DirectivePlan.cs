using System.Text.Json.Nodes;
using Rerank.Cli.Pipelines;
using static Rerank.Cli.Directives.DirectiveActions;

namespace Rerank.Cli.Directives;

/// <summary>What a command makes of the directives. Pure.</summary>
/// <param name="Directives">Everything that this program says about the pipeline from now on.</param>
/// <param name="Message">What that means.</param>
internal sealed record DirectivePlan(IReadOnlyList<DirectiveSpec> Directives, string Message)
{
    // The CRD's bound.
    private const int MaxDirectives = 32;

    /// <param name="step">Null: the one that the candidate is at.</param>
    public static DirectivePlan ForApprove(DirectiveContext context, string? step)
    {
        var candidate = context.Candidate("approve");
        var name = step ?? candidate.Step
            ?? throw new CommandFailure($"revision {candidate.Revision} is at no step yet: it is being placed. --step approves a step in advance.");
        var spec = context.Pipeline.Spec.Rollout.Steps.FirstOrDefault(known => known.Name == name)
            ?? throw new CommandFailure(
                $"pipeline \"{context.Name}\" has no step \"{name}\": it has {Names(context.Pipeline.Spec.Rollout.Steps.Select(known => known.Name))}");
        if (!spec.NeedsApproval)
            throw new CommandFailure($"there is nothing to approve: step \"{name}\" has no `approval: Required`, and is left by itself when it may be");

        return context.With(
            new() { Revision = candidate.Revision, Action = Approve, Step = name },
            $"approved: revision {candidate.Revision} may leave step {name} once everything else allows it");
    }

    public static DirectivePlan ForPause(DirectiveContext context)
    {
        var candidate = context.Candidate("pause");
        return context.With(
            new() { Revision = candidate.Revision, Action = Pause },
            $"paused: revision {candidate.Revision} stays at {(candidate.Step is { } step ? $"step {step}" : "its place")}; guards stay armed. "
            + $"`kubectl rerank resume {context.Name}` lets it go on");
    }

    public static DirectivePlan ForResume(DirectiveContext context)
    {
        var pauses = context.Kept.Where(directive => directive.Action == Pause).ToList();
        if (pauses.Count == 0)
        {
            throw new CommandFailure(context.Pipeline.Spec.Rollout.Directives.Any(directive => directive.Action == Pause)
                ? $"pipeline \"{context.Name}\" is paused by a directive that others wrote, such as a manifest: remove it from spec.rollout.directives there"
                : $"pipeline \"{context.Name}\" is not paused");
        }

        return new([.. context.Kept.Except(pauses)], $"resumed: {Names(pauses.Select(pause => $"revision {pause.Revision}"))} may go on");
    }

    public static DirectivePlan ForAbort(DirectiveContext context)
    {
        // What was promoted and still bakes can be taken out as well.
        var revision = context.Pipeline.Status.Candidate?.Revision
            ?? (context.Pipeline.Status.Stable is { BakesUntilTime: { } until } stable && until > context.Now ? stable.Revision : null)
            ?? context.Candidate("abort").Revision;
        return context.With(
            new() { Revision = revision, Action = Abort },
            $"aborted: revision {revision} gives up its traffic and is rejected. `kubectl rerank retry {context.Name}` tries it again");
    }

    public static DirectivePlan ForPromote(DirectiveContext context)
    {
        var candidate = context.Candidate("promote");
        return context.With(
            new() { Revision = candidate.Revision, Action = PromoteNow },
            $"promoted: revision {candidate.Revision} takes all traffic as soon as it is placed, without further steps");
    }

    /// <param name="revision">Null: the one that was rejected last.</param>
    public static DirectivePlan ForRetry(DirectiveContext context, string? revision)
    {
        var rejected = context.Pipeline.Status.Rejected;
        if (rejected.Count == 0)
            throw new CommandFailure($"pipeline \"{context.Name}\" has rejected no revision: there is nothing to retry");

        var name = revision is null ? rejected[0].Revision : RevisionName.Resolve(revision, context.Name, context.Known);
        var verdict = rejected.FirstOrDefault(known => known.Revision == name)
            ?? throw new CommandFailure(
                $"revision {name} is not rejected, so it needs no retry. Rejected are {Names(rejected.Select(known => known.Revision))}");
        var attempt = verdict.Attempts + 1;

        // An Abort that stays would end the new attempt at once.
        return (context with { Kept = [.. context.Kept.Where(directive => directive.Revision != name || directive.Action is not (Abort or Retry))] }).With(
            new() { Revision = name, Action = Retry, Attempt = attempt },
            $"retried: revision {name} gets attempt {attempt}, if the spec still asks for it");
    }

    public JsonArray ToJson() => new([.. Directives.Select(ToJson)]);

    public DirectivePlan Checked() => Directives.Count <= MaxDirectives
        ? this
        : throw new CommandFailure($"there are {Directives.Count} directives, more than the {MaxDirectives} that a pipeline may have");

    private static JsonNode ToJson(DirectiveSpec directive)
    {
        // The step is a key of the list, so it is sent even when it is the default.
        var json = new JsonObject { ["revision"] = directive.Revision, ["action"] = directive.Action, ["step"] = directive.Step };
        if (directive.Attempt is { } attempt)
            json["attempt"] = attempt;
        return json;
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? list : "none";
}
