using Rerank.Router.Routing;

namespace Rerank.Router.Trials;

/// <summary>Who is to answer a request.</summary>
/// <param name="Counts">Whether what becomes of it is evidence: there is a trial, and the weights chose, not the caller.</param>
internal sealed record ArmChoice(ServingTable Table, ServingArm Arm, bool Counts)
{
    /// <summary>The place in [0, 1000) that decided: the candidate has those below its weight.</summary>
    public int Place { get; init; }

    /// <summary>Hash of the key that the place is from; null when the place was drawn.</summary>
    public ulong? Key { get; init; }

    /// <summary>Of the weights that were in force when it was made.</summary>
    public int Epoch { get; init; }

    /// <summary>Whether the arm is the one that the place stands for: not when stable answers because the candidate may not.</summary>
    public bool IsAsDrawn => Table.Table.Candidate is { } terms && Place < terms.TrafficPermille == (Arm.Role == ArmRole.Candidate);
}
