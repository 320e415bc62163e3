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

    /// <param name="step">Null: the one that the candidate is at, or the bake.</param>
    public static DirectivePlan ForApprove(DirectiveContext context, string? step)
    {
        if (context.Baking is { } baking && step is null or DirectiveActions.Bake)
        {
            if (context.Withheld is not null && !context.IsBakePromotedNow)
                throw new CommandFailure($"an approval doesn't end the bake of revision {baking.Revision}, which lost its traffic to a hard limit: {Decide(context)}");
            return context.With(Of(baking, Approve) with { Step = DirectiveActions.Bake }, $"approved: {EndOfBake(context, "approve", baking)}");
        }

        var candidate = context.Candidate("approve");
        if (context.Withheld is not null)
            throw new CommandFailure($"an approval does nothing for revision {candidate.Revision}, which lost its traffic to a hard limit: {Decide(context)}");
        var name = step ?? candidate.Step
            ?? throw new CommandFailure($"revision {candidate.Revision} is at no step yet: it is being placed. --step approves a step in advance.");
        var spec = context.Pipeline.Spec.Rollout.Steps.FirstOrDefault(known => known.Name == name)
            ?? throw new CommandFailure(
                $"pipeline \"{context.Name}\" has no step \"{name}\": it has {Names(context.Pipeline.Spec.Rollout.Steps.Select(known => known.Name))}");
        if (!spec.NeedsApproval)
            throw new CommandFailure($"there is nothing to approve: step \"{name}\" has no `approval: Required`, and is left by itself when it may be");

        return context.With(
            Of(new(candidate.Revision, candidate.Attempt), Approve) with { Step = name },
            $"approved: revision {candidate.Revision} may leave step {name} once everything else allows it");
    }

    public static DirectivePlan ForPause(DirectiveContext context)
    {
        var tried = context.Tried("pause");
        var place = context.Baking is not null ? "in its bake" : context.Candidate("pause").Step is { } step ? $"at step {step}" : "at its place";
        return context.With(
            Of(tried, Pause), $"paused: revision {tried.Revision} stays {place}; guards stay armed. `kubectl rerank resume {context.Name}` lets it go on");
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
        var tried = context.Tried("abort");
        return context.With(
            Of(tried, Abort),
            $"aborted: revision {tried.Revision} gives up its traffic and is rejected. `kubectl rerank retry {context.Name}` tries it again");
    }

    public static DirectivePlan ForPromote(DirectiveContext context)
    {
        var tried = context.Tried("promote");
        if (context.Baking is null)
        {
            return context.With(
                Of(tried, PromoteNow),
                $"promoted: revision {tried.Revision} takes all traffic as soon as it is placed, without further steps{(context.Withheld is null ? "" : " and in spite of the hard limit")}");
        }

        if (context.IsBakePromotedNow)
        {
            throw new CommandFailure(
                $"the bake of revision {tried.Revision} was begun by a promotion by hand, and another one doesn't end it: `kubectl rerank approve {context.Name}` does");
        }

        return context.With(Of(tried, PromoteNow), $"promoted: {EndOfBake(context, "promote", tried)}");
    }

    /// <summary>When a directive ends a bake, in words.</summary>
    /// <exception cref="CommandFailure">It never does.</exception>
    private static string EndOfBake(DirectiveContext context, string verb, TriedRevision baking)
    {
        if (context.Withheld is not null)
            return $"the bake of revision {baking.Revision} ends in spite of the hard limit";
        var bake = Status.Bake.Of(context.Pipeline)!;
        if (bake.Verdict is null)
            throw new CommandFailure($"there is nothing to {verb}: the bake of revision {baking.Revision} ends by itself when its time is over, since the rollout has no steps");
        if (bake.RollsBack)
        {
            throw new CommandFailure(
                $"there is nothing to {verb}: what has not passed at the deadline of its bake is returned, as `analysis.noData.onDeadline: Rollback` says");
        }

        return bake.Latest <= context.Now
            ? $"the bake of revision {baking.Revision} ends now, although its analysis has not passed"
            : $"the bake of revision {baking.Revision} ends at its deadline{bake.AtLatest(context.Now)}, also where its analysis has not passed";
    }

    private static string Decide(DirectiveContext context) =>
        $"`kubectl rerank retry {context.Name}` tries it again, `kubectl rerank promote {context.Name}` keeps it, `kubectl rerank abort {context.Name}` rejects it";

    /// <param name="revision">Null: the one that was rejected last.</param>
    public static DirectivePlan ForRetry(DirectiveContext context, string? revision)
    {
        if (context.Withheld is { } withheld && (revision is null || RevisionName.Resolve(revision, context.Name, context.Known) == withheld.Revision))
            return Again(context, withheld.Revision, withheld.Attempt + 1, $"retried: revision {withheld.Revision} gets attempt {withheld.Attempt + 1}");

        var rejected = context.Pipeline.Status.Rejected;
        if (rejected.Count == 0)
            throw new CommandFailure($"pipeline \"{context.Name}\" has rejected no revision: there is nothing to retry");

        var name = revision is null ? rejected[0].Revision : RevisionName.Resolve(revision, context.Name, context.Known);
        var verdict = rejected.FirstOrDefault(known => known.Revision == name)
            ?? throw new CommandFailure(
                $"revision {name} is not rejected, so it needs no retry. Rejected are {Names(rejected.Select(known => known.Revision))}");
        var attempt = verdict.Attempts + 1;
        if (context.AskedFor is { } asked && asked != name)
            throw new CommandFailure($"a retry of revision {name} would do nothing: the spec of pipeline \"{context.Name}\" asks for revision {asked}. Apply the spec of {name} first, then retry it");

        return Again(context, name, attempt, $"retried: revision {name} gets attempt {attempt}{(context.AskedFor is null ? ", if the spec still asks for it" : "")}");
    }

    // What was said of earlier tries has no effect any more, and would only be read by mistake.
    private static DirectivePlan Again(DirectiveContext context, string revision, int attempt, string message) =>
        (context with { Kept = [.. context.Kept.Where(directive => directive.Revision != revision)] }).With(
            new() { Revision = revision, Action = Retry, Attempt = attempt }, message);

    // The first try is what a directive without a number is about.
    private static DirectiveSpec Of(TriedRevision tried, string action) =>
        new() { Revision = tried.Revision, Action = action, Attempt = tried.Attempt > 1 ? tried.Attempt : null };

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
