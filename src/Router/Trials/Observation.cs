using Rerank.Router.Routing;
using Rerank.Router.Tiers;

namespace Rerank.Router.Trials;

/// <summary>What became of one request on one arm.</summary>
internal readonly record struct Observation
{
    public required ArmRole Arm { get; init; }

    /// <summary>Ranked for comparison only. Then how long it took and which tier decided say nothing: it waits for nobody.</summary>
    public bool Shadow { get; init; }

    /// <summary>Why the arm gave no answer, in <see cref="Scoring.ScoreFailure.Reason"/>'s words; null when it gave one.</summary>
    public string? Error { get; init; }

    public bool Degraded { get; init; }

    public bool InvalidScores { get; init; }

    /// <summary>Whether several passages all got the same score; null when there were too few to say.</summary>
    public bool? Constant { get; init; }

    public float? TopLogit { get; init; }

    /// <summary>
    /// Time that the ranking took: reading the request and sending the answer are the caller's, and where both arms' models are in the same hosts, waiting for
    /// other requests there is as long for the one as for the other, whichever is slow.
    /// </summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether a part of the work was spared, so that the time says little of the models.</summary>
    public bool Reused { get; init; }

    public static Observation Of(ArmRole arm, RankingOutcome outcome, TimeSpan duration, bool shadow = false) => new()
    {
        Arm = arm,
        Shadow = shadow,

        // The request's own order is what a policy makes of having no answer.
        Error = outcome.NoTierAnswered ? outcome.Degraded : null,
        Degraded = outcome.Degraded is not null && !outcome.NoTierAnswered,
        InvalidScores = outcome.InvalidScores,
        Constant = outcome.Judgement.IsConstant(),
        TopLogit = outcome.Judgement.TopLogit,
        Duration = duration > outcome.Waited ? duration - outcome.Waited : TimeSpan.Zero,
        Reused = outcome.Reused,
    };

    public static Observation OfFailure(ArmRole arm, ArmFault fault, TimeSpan duration, bool shadow = false) => new()
    {
        Arm = arm,
        Shadow = shadow,
        Error = fault.Reason,
        InvalidScores = fault.InvalidScores,
        Duration = duration,
    };
}
