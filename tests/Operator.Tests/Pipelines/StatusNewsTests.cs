using Rerank.Operator.Api;
using Rerank.Operator.Pipelines;

namespace Rerank.Operator.Tests.Pipelines;

public sealed class StatusNewsTests
{
    public static TheoryData<string> Changes => [.. News.Keys];

    private static readonly Dictionary<string, Action<RerankPipelineStatus>> News = new()
    {
        ["generation"] = s => s.ObservedGeneration++,
        ["weight"] = s => s.Candidate!.TrafficPermille = 500,
        ["step"] = s => s.Candidate!.Step = "half",
        ["router"] = s => s.Router!.AcknowledgedReplicas++,
        ["verdict"] = s => s.Analysis!.Verdict = Verdict.Pass,
        ["metric"] = s => s.Analysis!.Metric = "errors",
        ["reason"] = s => s.Conditions[0].Reason = "AwaitingApproval",
        ["condition"] = s => s.Conditions[0].Status = ConditionStatus.True,
        ["rejected"] = s => s.Rejected = [new() { Revision = "b", Reason = "Aborted" }],
    };

    [Fact]
    public void IsIn_OnlyNumbersDiffer_False() => Assert.False(StatusNews.IsIn(Status(requests: 20), Status(requests: 10)));

    [Theory]
    [MemberData(nameof(Changes))]
    public void IsIn_AnythingElseDiffers_True(string change)
    {
        var after = Status(requests: 20);
        News[change](after);

        Assert.True(StatusNews.IsIn(after, Status(requests: 10)));
    }

    [Fact]
    public void IsIn_NothingIsJudged_TrueForAMessageToo()
    {
        var (before, after) = (Status(requests: 10), Status(requests: 20));
        (before.Analysis, after.Analysis) = (null, null);

        Assert.True(StatusNews.IsIn(after, before));
    }

    [Fact]
    public void IsIn_FirstStatus_True() => Assert.True(StatusNews.IsIn(Status(requests: 10), null));

    private static RerankPipelineStatus Status(long requests) => new()
    {
        ObservedGeneration = 1,
        Stable = new() { Revision = "a", TrafficPermille = 900 },
        Candidate = new() { Revision = "b", TrafficPermille = 100, Step = "tenth" },
        Router = new() { ConfigGeneration = 3, ReadyReplicas = 2, AcknowledgedReplicas = 1 },
        Analysis = new() { Revision = "b", Message = $"{requests} requests", CandidateRequests = requests, StableRequests = 9 * requests },
        Conditions = [new() { Type = "Ready", Status = ConditionStatus.False, Reason = "RolloutInProgress", Message = $"{requests} requests" }],
    };
}
