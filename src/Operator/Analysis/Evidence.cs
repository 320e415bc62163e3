using Rerank.Contracts.Evidence;

namespace Rerank.Operator.Analysis;

/// <summary>What was seen of both arms of a rollout, summed over every router process there was.</summary>
internal sealed record Evidence
{
    public static Evidence None { get; } = new() { Stable = ArmEvidence.None, Candidate = ArmEvidence.None, Shadow = ShadowEvidence.None };

    public required ArmEvidence Stable { get; init; }

    public required ArmEvidence Candidate { get; init; }

    public required ShadowEvidence Shadow { get; init; }
}
