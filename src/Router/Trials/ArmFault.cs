using Rerank.Contracts.Dialects;
using Rerank.Router.Tiers;

namespace Rerank.Router.Trials;

/// <summary>That an arm gave no answer, and it is neither the request's nor the caller's doing.</summary>
/// <param name="Reason">In <see cref="Scoring.ScoreFailure.Reason"/>'s words.</param>
internal sealed record ArmFault(string Reason, bool InvalidScores)
{
    /// <param name="callerGone">Then whatever was thrown is no fault.</param>
    /// <returns>Null when the arm isn't to blame.</returns>
    public static ArmFault? Of(Exception exception, bool callerGone) => exception switch
    {
        RankingException { Error.Kind: RequestErrorKind.Invalid } => null,
        RankingException ranking => new ArmFault(ranking.Failure.Reason, ranking.InvalidScores),
        RequestException => null,
        _ => callerGone ? null : new ArmFault("failed", InvalidScores: false),
    };
}
