using Rerank.Operator.Api;
using Rerank.Operator.Pipelines.Revisions;

namespace Rerank.Operator.Rollouts;

/// <summary>
/// What people have decided, asked by revision and try: what was said of one try says nothing of the next. A directive holds as long as it is in the spec, so
/// nothing needs to remember it.
/// </summary>
internal sealed class Directives(IReadOnlyList<DirectiveSpec>? all)
{
    private readonly IReadOnlyList<DirectiveSpec> _all = all ?? [];

    public bool Pauses(Revision revision) => Has(revision, DirectiveAction.Pause);

    public bool Aborts(Revision revision) => Has(revision, DirectiveAction.Abort);

    public bool Promotes(Revision revision) => Has(revision, DirectiveAction.PromoteNow);

    /// <param name="step">Name of a step, or <see cref="StepSpec.Bake"/>.</param>
    public bool Approves(Revision revision, string step) => _all.Any(d => IsAbout(d, revision) && d.Action == DirectiveAction.Approve && d.Step == step);

    /// <summary>Whether a revision may be tried again after so many tries.</summary>
    public bool Retries(string revision, int attempts) =>
        _all.Any(d => d.Revision == revision && d.Action == DirectiveAction.Retry && attempts < (d.Attempt ?? DirectiveSpec.FirstRetry));

    /// <summary>Directives about nothing that is known.</summary>
    public IEnumerable<DirectiveSpec> About(Func<string, bool> unknown) => _all.Where(d => unknown(d.Revision));

    private bool Has(Revision revision, DirectiveAction action) => _all.Any(d => IsAbout(d, revision) && d.Action == action);

    private static bool IsAbout(DirectiveSpec directive, Revision revision) => directive.Revision == revision.Name && (directive.Attempt ?? 1) == revision.Try;
}
