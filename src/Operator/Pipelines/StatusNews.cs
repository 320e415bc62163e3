using Rerank.Operator.Api;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>Whether a status tells more than numbers. While a candidate gets requests they change from second to second, and each write is news to everybody who watches.</summary>
internal static class StatusNews
{
    /// <summary>How long numbers may lag behind.</summary>
    public static readonly TimeSpan NumbersPeriod = TimeSpan.FromSeconds(5);

    public static bool IsIn(RerankPipelineStatus after, RerankPipelineStatus? before) =>
        before?.Analysis is null || after.Analysis is null || !StatusWrites.Same(WithoutNumbers(before), WithoutNumbers(after));

    private static RerankPipelineStatus WithoutNumbers(RerankPipelineStatus status) => new()
    {
        ObservedGeneration = status.ObservedGeneration,
        Address = status.Address,
        Stable = status.Stable,
        Candidate = status.Candidate,
        Router = status.Router,
        Analysis = status.Analysis is not { } analysis ? null : new() { Revision = analysis.Revision, Verdict = analysis.Verdict, Metric = analysis.Metric, ReportRef = analysis.ReportRef },
        Rejected = status.Rejected,
        // Their messages quote the numbers.
        Conditions =
        [
            .. status.Conditions.Select(c => new Condition
            {
                Type = c.Type,
                Status = c.Status,
                ObservedGeneration = c.ObservedGeneration,
                LastTransitionTime = c.LastTransitionTime,
                Reason = c.Reason,
            }),
        ],
    };
}
