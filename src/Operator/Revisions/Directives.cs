using Rerank.Operator.Api;

namespace Rerank.Operator.Revisions;

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

    /// <summary>How people are asked for a directive, so that it is about this try.</summary>
    /// <param name="step">With `Approve`, where that isn't said already.</param>
    public static string Ask(DirectiveAction action, int attempt, string? step = null)
    {
        var byDefault = action == DirectiveAction.Retry ? DirectiveSpec.FirstRetry : 1;
        string?[] fields = [step is null ? null : $"`step: {step}`", attempt == byDefault ? null : $"`attempt: {attempt}`"];
        var with = string.Join(" and ", fields.OfType<string>());
        return with.Length == 0 ? $"`{action}`" : $"`{action}` with {with}";
    }

    /// <summary>Directives about a revision that are not about the try that it is at, and do nothing for it.</summary>
    public IEnumerable<DirectiveSpec> OfAnotherTry(Revision revision) =>
        _all.Where(d => d.Revision == revision.Name && d.Action != DirectiveAction.Retry && !IsAbout(d, revision));

    /// <summary>Directives about nothing that is known.</summary>
    public IEnumerable<DirectiveSpec> About(Func<string, bool> unknown) => _all.Where(d => unknown(d.Revision));

    private bool Has(Revision revision, DirectiveAction action) => _all.Any(d => IsAbout(d, revision) && d.Action == action);

    private static bool IsAbout(DirectiveSpec directive, Revision revision) => directive.Revision == revision.Name && (directive.Attempt ?? 1) == revision.Try;
}
