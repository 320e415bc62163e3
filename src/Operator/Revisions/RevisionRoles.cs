namespace Rerank.Operator.Revisions;

/// <summary>The revisions of a pipeline by what they do.</summary>
internal sealed record RevisionRoles(
    Revision? Stable, Revision? Candidate, IReadOnlyList<Revision> Retained, IReadOnlyList<Revision> Retired)
{
    /// <summary>The revisions that hosts hold, newest first.</summary>
    public IEnumerable<Revision> Live
    {
        get
        {
            if (Candidate is not null)
                yield return Candidate;
            if (Stable is not null)
                yield return Stable;
            foreach (var retained in Retained)
                yield return retained;
        }
    }

    /// <summary>
    /// The same, in the order in which they decide about pods that they share: first what has proven itself, so that neither a candidate nor what still bakes changes pods that
    /// it needs.
    /// </summary>
    public IEnumerable<Revision> ByProof => (RolloutArms.BakesAgainst(this) ?? Stable) is { } first ? Live.OrderByDescending(r => r.Name == first.Name) : Live;

    public IEnumerable<Revision> All => Live.Concat(Retired);
}
