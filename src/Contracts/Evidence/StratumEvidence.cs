namespace Rerank.Contracts.Evidence;

/// <summary>
/// What one router saw of requests without a key within a few seconds of constant weights. Each of them was assigned by chance, so that both arms of a stratum had
/// the same traffic, whatever that was like. A stratum is final once it is reported.
/// </summary>
/// <param name="Number">Rises by one from stratum to stratum of a process and try, from 1.</param>
/// <param name="Epoch">As <see cref="Routing.CandidateArm.Epoch"/>.</param>
/// <param name="Shares">By name (<see cref="Evidence.Shares"/>); absent when neither arm had a trial.</param>
public sealed record StratumEvidence(long Number, int Epoch, IReadOnlyDictionary<string, ShareCounts> Shares)
{
    /// <summary>How long a stratum lasts; it ends sooner when the weights change.</summary>
    public static TimeSpan Duration { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How many closed strata a router keeps for those that haven't read them.</summary>
    public const int Kept = 128;
}

/// <param name="StableTrials">Trials of stable.</param>
/// <param name="StableBad">Those of them that were bad.</param>
/// <param name="CandidateTrials">Trials of the candidate.</param>
/// <param name="CandidateBad">Those of them that were bad.</param>
public readonly record struct ShareCounts(long StableTrials, long StableBad, long CandidateTrials, long CandidateBad);
