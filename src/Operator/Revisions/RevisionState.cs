namespace Rerank.Operator.Revisions;

/// <summary>Where a revision is on its way. It is in exactly one of these, and <see cref="Lifecycle"/> says how it gets from one to another.</summary>
internal enum RevisionState
{
    /// <summary>The spec asks for it, and what it needs is being brought up. No router sends it anything.</summary>
    Placing,

    /// <summary>Routers know it as an arm with no weight at all, before it takes over without steps: a table that they refuse is found while nothing depends on it.</summary>
    Introducing,

    /// <summary>It has the weights of a step.</summary>
    AtStep,

    /// <summary>Promoted, and still compared with what it replaced, which keeps a small share.</summary>
    Baking,

    /// <summary>It answers everything that no candidate does.</summary>
    Stable,

    /// <summary>Rejected in its bake: it gets nothing any more, and what it replaced becomes the stable one next.</summary>
    Returning,

    /// <summary>Taken out, and still loaded until every router has left it.</summary>
    Rejected,

    /// <summary>It was stable, or was a candidate that another one replaced; still loaded.</summary>
    Retained,

    /// <summary>History. A verdict stays with it.</summary>
    Retired,
}

/// <summary>What a revision is to the rest of the pipeline; the label by which it is selected.</summary>
internal enum RevisionRole
{
    /// <summary>What the spec asks for, on its way.</summary>
    Candidate,

    /// <summary>What answers.</summary>
    Stable,

    /// <summary>Not asked for any more; still loaded.</summary>
    Retained,

    /// <summary>History.</summary>
    Retired,
}
