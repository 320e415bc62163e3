namespace Rerank.Operator.Revisions;

/// <summary>Reasons of verdicts, besides those of metric types.</summary>
internal static class RolloutReasons
{
    public const string Aborted = nameof(Aborted);
    public const string ProgressDeadlineExceeded = nameof(ProgressDeadlineExceeded);
    public const string NoData = nameof(NoData);
    public const string SourceError = nameof(SourceError);
    public const string HardLimitExceeded = nameof(HardLimitExceeded);
    public const string HardLimitUnconfirmed = nameof(HardLimitUnconfirmed);
    public const string TableRefused = nameof(TableRefused);
    public const string RouterNotFollowing = nameof(RouterNotFollowing);
    public const string NeverServed = nameof(NeverServed);
    public const string AnalysisPassed = nameof(AnalysisPassed);
    public const string PromotedNow = nameof(PromotedNow);
    public const string Approved = nameof(Approved);
    public const string FastRollback = nameof(FastRollback);
    public const string FirstRevision = nameof(FirstRevision);
    public const string NoSteps = nameof(NoSteps);
}
