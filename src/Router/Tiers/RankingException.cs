using Rerank.Contracts.Dialects;
using Rerank.Router.Scoring;

namespace Rerank.Router.Tiers;

/// <summary>There is no answer, because tiers gave no scores.</summary>
/// <param name="invalidScores">Whether a tier's model gave scores that aren't finite.</param>
internal sealed class RankingException(ScoreFailure failure, bool invalidScores) : RequestException(failure.ToError())
{
    public ScoreFailure Failure => failure;

    public bool InvalidScores => invalidScores;
}
