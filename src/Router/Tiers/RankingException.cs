using Rerank.Dialects;
using Rerank.Router.Scoring;

namespace Rerank.Router.Tiers;

/// <summary>There is no answer, because tiers gave no scores.</summary>
internal sealed class RankingException(ScoreFailure failure) : RequestException(failure.ToError())
{
    public ScoreFailure Failure => failure;
}
