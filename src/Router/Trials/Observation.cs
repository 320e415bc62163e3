using Rerank.Dialects;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Tiers;

namespace Rerank.Router.Trials;

/// <summary>What became of one request on one arm.</summary>
internal readonly record struct Observation
{
    public required ArmRole Arm { get; init; }

    /// <summary>The place that decided the arm, as <see cref="ArmChoice.Place"/>.</summary>
    public int Place { get; init; }

    /// <summary>Hash of the assignment's key; null for a request without one.</summary>
    public ulong? Key { get; init; }

    /// <summary>Of the weights that the request was assigned by.</summary>
    public int Epoch { get; init; }

    /// <summary>Ranked for comparison only. Then how long it took and which tier decided say nothing: it waits for nobody.</summary>
    public bool Shadow { get; init; }

    /// <summary>Asked because the candidate had failed at this request. Only for the limits that compare with it.</summary>
    public bool SteppedIn { get; init; }

    /// <summary>Why the arm gave no answer, in <see cref="Scoring.ScoreFailure.Reason"/>'s words; null when it gave one.</summary>
    public string? Error { get; init; }

    public bool Degraded { get; init; }

    /// <summary>Whether hosts had too much to do, and the request failed or was degraded for that.</summary>
    public bool Overloaded { get; init; }

    public bool InvalidScores { get; init; }

    /// <summary>Whether stable gave finite scores for the same request.</summary>
    public bool StableAnswered { get; init; }

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

    /// <summary>
    /// Whether the time can't be compared with the other arm's: there was something in a cache of either arm before it began, or it was several queries. Neither
    /// depends on the arm that was asked, so that what is left is the same kind of work in both.
    /// </summary>
    public bool Incomparable { get; init; }

    /// <summary>Whether its time may be held against the other arm's.</summary>
    public bool HasComparableTime => !Shadow && !SteppedIn && !Reused && !Incomparable;

    /// <param name="arm">The one that ranked, which is not the choice's for a shadow.</param>
    public static Observation Of(ArmChoice choice, ArmRole arm, IReadOnlyList<RankingOutcome> outcomes, TimeSpan duration)
    {
        var waited = TimeSpan.Zero;
        bool none = false, degraded = false, invalid = false, reused = false;
        bool? constant = null;
        string? error = null;
        foreach (var outcome in outcomes)
        {
            // The request's own order is what a policy makes of having no answer.
            if (outcome.NoTierAnswered)
                (none, error) = (true, error ?? outcome.Degraded);
            degraded |= outcome.Degraded is not null;
            invalid |= outcome.InvalidScores;
            reused |= outcome.Reused;
            if (outcome.Judgement.IsConstant() is { } its)
                constant = constant == true || its;
            if (outcome.Waited > waited)
                waited = outcome.Waited;
        }

        if (!choice.Table.SharesHosts)
            waited = TimeSpan.Zero;
        return new Observation
        {
            Arm = arm,
            Place = choice.Place,
            Key = choice.Key,
            Epoch = choice.Epoch,
            Error = error,
            Degraded = degraded && !none,
            Overloaded = outcomes.Any(outcome => outcome.Failure?.Kind == RequestErrorKind.Overloaded),
            InvalidScores = invalid,
            Constant = constant,

            // One number for a request, because its queries needn't be independent.
            TopLogit = outcomes[0].Judgement.TopLogit,
            Duration = duration > waited ? duration - waited : TimeSpan.Zero,
            Reused = reused,
            Incomparable = outcomes.Count > 1,
        };
    }

    public static Observation OfFailure(ArmChoice choice, ArmRole arm, ScoreFailure failure, TimeSpan duration) => new()
    {
        Arm = arm,
        Place = choice.Place,
        Key = choice.Key,
        Epoch = choice.Epoch,
        Error = failure.Reason,
        Overloaded = failure.Kind == RequestErrorKind.Overloaded,
        InvalidScores = failure.InvalidScores,
        Duration = duration,
    };
}
