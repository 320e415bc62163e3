namespace Rerank.Operator.Revisions;

/// <summary>The revisions of a pipeline by what they do.</summary>
internal sealed record RevisionRoles(
    Revision? Stable, Revision? Candidate, IReadOnlyList<Revision> Retained, IReadOnlyList<Revision> Retired)
{
    /// <summary>The revisions that hosts hold: newest first, which is the order in which one of them decides about pods.</summary>
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

    public IEnumerable<Revision> All => Live.Concat(Retired);
}
