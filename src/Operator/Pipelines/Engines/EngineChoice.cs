using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines.Engines;

/// <summary>How a pipeline's engine stands to the images that there are now.</summary>
internal enum EngineState
{
    /// <summary>It runs on them.</summary>
    Current,

    /// <summary>It is on its way to them.</summary>
    Moving,

    /// <summary>The spec has it stay.</summary>
    Pinned,

    /// <summary>A change of the spec comes first.</summary>
    AfterSpec,

    /// <summary>They were tried, and rejected.</summary>
    Rejected,

    /// <summary>There is no room to try them.</summary>
    NoRoom,

    /// <summary>As many pipelines as may move at once do.</summary>
    Queued,
}

/// <summary>
/// Which revision a pipeline is to have, its engine included. One thing changes at a time: another spec keeps the engine, and another engine is tried with what serves. So it is known what a
/// rejection is about.
/// </summary>
/// <param name="Desired">The revision; null when the spec can't be met.</param>
/// <param name="Next">The one with the images that there are now; null when it is the stable one, or there is none.</param>
internal sealed record EngineChoice(RevisionSnapshot? Desired, EngineState State, RevisionSnapshot? Next = null, Problem? Problem = null)
{
    public static EngineChoice None { get; } = new(null, EngineState.Current);

    /// <param name="spec">What the spec asks for, without an engine; null when it can't be met.</param>
    /// <param name="revisions">With the engines that they have or were found with.</param>
    /// <param name="noRoom">Why a revision can't be placed beside the stable one; null when it can.</param>
    /// <param name="mayMove">Whether it is the pipeline's turn.</param>
    public static EngineChoice Of(
        RevisionSnapshot? spec,
        EnginePolicy policy,
        IReadOnlyList<Revision> revisions,
        EngineSnapshot present,
        Directives directives,
        Func<RevisionSnapshot, Problem?> noRoom,
        Func<bool> mayMove)
    {
        var stable = revisions.Where(r => r.Role == RevisionRole.Stable).MaxBy(r => r.Sequence);
        if (spec is null)
            return stable?.Snapshot.RunsOn?.IsLike(present) == false ? new(null, EngineState.AfterSpec) : None;
        if (stable is null)
            return new(With(spec, present.For(spec, present), revisions), EngineState.Current);

        var running = (stable.Snapshot.RunsOn ?? present).For(spec, present);
        var kept = With(spec, running, revisions);
        if (running == present.For(spec, present))
            return new(kept, EngineState.Current);
        if (policy == EnginePolicy.Pinned)
            return new(kept, EngineState.Pinned);
        // What was promoted has to stand its bake first: a candidate would end it.
        if (kept.Hash() != stable.Name || stable.IsGuarded)
            return new(kept, EngineState.AfterSpec);

        var next = With(spec, present.For(spec, present), revisions);
        var known = revisions.FirstOrDefault(r => r.Name == next.Hash());
        if (known?.Role == RevisionRole.Candidate)
            return new(next, EngineState.Moving, next);
        if (known is { IsRejected: true, Verdict.Attempts: var attempts } && !directives.Retries(known.Name, attempts))
            return new(kept, EngineState.Rejected, next);
        if (noRoom(next) is { } problem)
            return new(kept, EngineState.NoRoom, next, problem);
        return mayMove() ? new(next, EngineState.Moving, next) : new(kept, EngineState.Queued, next);
    }

    /// <summary>The revision with that engine as it is known already, if it is: whether its data says so, or it was found to run on it.</summary>
    private static RevisionSnapshot With(RevisionSnapshot spec, EngineSnapshot engine, IReadOnlyList<Revision> revisions)
    {
        var explicitly = spec with { Engine = engine };
        // What is history from before engines were told of ran on something; what it was rejected for is remembered all the same.
        if (revisions.Any(r => r.Name == explicitly.Hash()) || revisions.FirstOrDefault(r => r.Snapshot.Engine is null && r.Name == spec.Hash()) is not { } earlier)
            return explicitly;
        return earlier.Snapshot.AdoptedEngine is null || earlier.Snapshot.AdoptedEngine.IsLike(engine) ? spec with { AdoptedEngine = engine } : explicitly;
    }
}
