using Rerank.Contracts.Dialects;
using Rerank.Router.Scoring;
using Rerank.Router.Tiers;

namespace Rerank.Router.Trials;

/// <summary>Why an arm gave no answer, or one without the tier that should have decided.</summary>
/// <param name="Reason">In <see cref="ScoreFailure.Reason"/>'s words.</param>
/// <param name="InvalidScores">Whether a model gave scores that aren't finite.</param>
internal sealed record ArmFailure(RequestErrorKind Kind, string Reason, bool InvalidScores)
{
    public static ArmFailure Of(Exception exception) => exception switch
    {
        RankingException ranking => Of(ranking.Failure, ranking.InvalidScores),
        RequestException request => new ArmFailure(request.Error.Kind, "invalid", InvalidScores: false),
        _ => new ArmFailure(RequestErrorKind.Internal, "failed", InvalidScores: false),
    };

    public static ArmFailure Of(ScoreFailure failure, bool invalidScores) => new(failure.Kind, failure.Reason, invalidScores);
}
