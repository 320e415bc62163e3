using Rerank.Operator.Api;

namespace Rerank.Operator.Rollouts;

/// <summary>What people have decided, asked by revision. A directive holds as long as it is in the spec, so nothing needs to remember it.</summary>
internal sealed class Directives(IReadOnlyList<DirectiveSpec>? all)
{
    private readonly IReadOnlyList<DirectiveSpec> _all = all ?? [];

    public bool Pauses(string revision) => Has(revision, DirectiveAction.Pause);

    public bool Aborts(string revision) => Has(revision, DirectiveAction.Abort);

    public bool Promotes(string revision) => Has(revision, DirectiveAction.PromoteNow);

    public bool Approves(string revision, string step) => _all.Any(d => d.Revision == revision && d.Action == DirectiveAction.Approve && d.Step == step);

    /// <summary>Whether a revision that was rejected after so many tries may be tried again.</summary>
    public bool Retries(string revision, int attempts) =>
        _all.Any(d => d.Revision == revision && d.Action == DirectiveAction.Retry && attempts < (d.Attempt ?? 2));

    /// <summary>Directives about nothing that is known.</summary>
    public IEnumerable<DirectiveSpec> About(Func<string, bool> unknown) => _all.Where(d => unknown(d.Revision));

    private bool Has(string revision, DirectiveAction action) => _all.Any(d => d.Revision == revision && d.Action == action);
}
