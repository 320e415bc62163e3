using Rerank.Cli.Pipelines;

namespace Rerank.Cli.Directives;

/// <summary>What a decision about directives needs to know.</summary>
/// <param name="Kept">What this program said earlier and still holds: about revisions that are still there.</param>
/// <param name="Known">Every revision that is still there.</param>
internal sealed record DirectiveContext(Pipeline Pipeline, IReadOnlyList<DirectiveSpec> Kept, IReadOnlyList<string> Known, DateTimeOffset Now)
{
    private static readonly string[] Exclusive = [DirectiveActions.Pause, DirectiveActions.Abort, DirectiveActions.PromoteNow];

    public string Name => Pipeline.Metadata.Name;

    public static DirectiveContext Of(Pipeline pipeline, IReadOnlyList<StoredRevision> stored, string manager, DateTimeOffset now)
    {
        List<string> known = [.. RevisionName.KnownOf(pipeline, stored)];
        return new(pipeline, [.. OwnedDirectives.Of(pipeline, manager).Where(directive => known.Contains(directive.Revision))], known, now) { Stored = stored };
    }

    /// <exception cref="CommandFailure">There is none.</exception>
    public CandidateStatus Candidate(string verb) => Pipeline.Status.Candidate ?? throw new CommandFailure(
        $"there is nothing to {verb}: pipeline \"{Name}\" has no candidate. `kubectl rerank status {Name}` shows how it stands");

    /// <summary>What was promoted and still bakes, with no candidate after it; null when nothing does.</summary>
    public TriedRevision? Baking => Pipeline.Status is { Candidate: null, Stable: { Bakes: true } stable } ? new(stable.Revision, stable.Attempt ?? 1) : null;

    /// <summary>The revision that the spec asks for; null when the status doesn't tell: because it is older, or because it was rejected.</summary>
    public string? AskedFor => Pipeline.Status.ObservedGeneration != Pipeline.Metadata.Generation ? null
        : Pipeline.Status.Candidate is { } candidate ? candidate.Revision
        : Pipeline.Status.Find("Ready") is { Status: "True" } ? Pipeline.Status.Stable?.Revision
        : null;

    /// <summary>What is kept of each revision.</summary>
    public IReadOnlyList<StoredRevision> Stored { get; init; } = [];

    /// <summary>Whether a directive `PromoteNow` began the bake: the same one doesn't end it too.</summary>
    public bool IsBakePromotedNow => Stored.Any(stored => stored.Name == Baking?.Revision && stored.Verdict is { Verdict: "Promoted", Reason: "PromotedNow" });

    /// <summary>What lost its traffic to a hard limit and waits for a decision; null when nothing does.</summary>
    public TriedRevision? Withheld => !Pipeline.Status.IsWithheld
        ? null
        : Pipeline.Status.Candidate is { } candidate ? new(candidate.Revision, candidate.Attempt) : Baking;

    /// <summary>The candidate, or what was promoted and still bakes: that can be taken out as well.</summary>
    /// <exception cref="CommandFailure">There is none.</exception>
    public TriedRevision Tried(string verb)
    {
        if (Baking is { } baking)
            return baking;
        var candidate = Candidate(verb);
        return new(candidate.Revision, candidate.Attempt);
    }

    /// <summary>What was said before, and one thing more. The latest word of those that exclude each other holds.</summary>
    public DirectivePlan With(DirectiveSpec directive, string message) =>
        new DirectivePlan([.. Kept.Where(kept => !kept.IsSameAs(directive) && !Excludes(directive, kept)), directive], message).Checked();

    private static bool Excludes(DirectiveSpec directive, DirectiveSpec other) =>
        directive.Revision == other.Revision && Exclusive.Contains(directive.Action) && Exclusive.Contains(other.Action);
}

/// <param name="Attempt">Which try of the revision it is: a directive is about one.</param>
internal sealed record TriedRevision(string Revision, int Attempt);
