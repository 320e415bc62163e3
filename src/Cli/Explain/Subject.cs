using Rerank.Cli.Pipelines;
using Rerank.Cli.Status;

namespace Rerank.Cli.Explain;

/// <summary>The revision that is explained, and everything that is known of it.</summary>
internal sealed record Subject(Pipeline Pipeline, string Revision, Report? Report, StoredRevision? Stored)
{
    public RejectedStatus? Rejected => Pipeline.Status.Rejected.FirstOrDefault(rejected => rejected.Revision == Revision);

    public CandidateStatus? Candidate => Pipeline.Status.Candidate is { } candidate && candidate.Revision == Revision ? candidate : null;

    public StableStatus? Stable => Pipeline.Status.Stable is { } stable && stable.Revision == Revision ? stable : null;

    /// <summary>How its bake stands; null when it doesn't bake.</summary>
    public Bake? Bake => Bake.Of(Pipeline) is { } bake && bake.Revision == Revision ? bake : null;

    /// <summary>Whether a directive `PromoteNow` about it has had its effect, so that the same one doesn't end its bake.</summary>
    public bool IsPromotedNow => Stored?.Verdict is { Verdict: "Promoted", Reason: "PromotedNow" };

    /// <summary>Whether it lost its traffic to a hard limit and waits for a decision.</summary>
    public bool IsWithheld => Pipeline.Status.IsWithheld && (Candidate is not null || Bake is { IsWithheld: true });

    public AnalysisStatus? Analysis => Pipeline.Status.Analysis is { } analysis && analysis.Revision == Revision ? analysis : null;

    /// <summary>What it is at the moment, in a few words.</summary>
    public string Role
    {
        get
        {
            // A rejected revision may be on trial once more.
            if (Candidate is { } candidate)
                return candidate.Step is { } step ? $"candidate at step {step}, attempt {candidate.Attempt}" : $"candidate being placed, attempt {candidate.Attempt}";
            if (Stable is not null)
                return Bake is null ? "stable" : "stable, in its bake";
            return Rejected is { } rejected ? $"rejected after {Times(rejected.Attempts)}" : Stored?.Role ?? "known";
        }
    }

    private static string Times(int attempts) => attempts == 1 ? "1 attempt" : $"{attempts} attempts";
}
