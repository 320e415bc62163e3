using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using Rerank.Router.Tests.Stubs;

namespace Rerank.Router.Tests.Routing;

public sealed class CandidateRulesTests
{
    private static readonly HardLimit Limit = new() { Name = "errors", Type = HardLimitType.Error, Permille = 200 };

    private static readonly LatencyTest Test = new("p99", 990, 6);

    private static readonly RoutingTable Valid = Tables.Table([Tables.Model("full")], [Tables.Cluster("full", "unix:a")]) with
    {
        Candidate = Tables.Candidate([Tables.Cache, Tables.Model("full", model: "other")], traffic: 100) with
        {
            Epoch = 3,
            LatencyTests = [Test],
            FeedbackAfterSeconds = 60,
            MaxShadowCostPermille = 10_000,
            HardLimits = [Limit, new HardLimit { Name = "p99", Type = HardLimitType.Slow, Permille = 500, Milliseconds = 800 }],
        },
        Peers = ["http://p-router.shop.svc:8080", "unix:r.sock"],
    };

    [Fact]
    public void FirstError_ValidCandidate_IsNull() => Assert.Null(RoutingTableRules.FirstError(Valid));

    public static TheoryData<string, RoutingTable> Wrong => new()
    {
        { "candidate.arm.tiers must have from 1 to 4 entries, not 0", Change(candidate => candidate with { Arm = candidate.Arm with { Tiers = [] } }) },
        { "candidate.arm.tiers[0].model.cluster: there is no cluster other", Change(candidate => candidate with { Arm = candidate.Arm with { Tiers = [Tables.Model("other")] } }) },
        { "candidate.arm.revision must differ from stable's, r1", Change(candidate => candidate with { Arm = candidate.Arm with { Revision = "r1" } }) },
        { "candidate.attempt must be at least 1, not 0", Change(candidate => candidate with { Attempt = 0 }) },
        { "candidate.trafficPermille must be from 0 to 1000, not 1001", Change(candidate => candidate with { TrafficPermille = 1001 }) },
        { "candidate.mirrorPermille must be from 0 to 1000, not -1", Change(candidate => candidate with { MirrorPermille = -1 }) },
        { "candidate.maxShadowCostPermille must be from 0 to 10000, not 10001", Change(candidate => candidate with { MaxShadowCostPermille = 10_001 }) },
        { "candidate.epoch must be at least 0, not -1", Change(candidate => candidate with { Epoch = -1 }) },
        { "candidate.feedbackAfterSeconds must be from 1 to 3600, not 0", Change(candidate => candidate with { FeedbackAfterSeconds = 0 }) },
        { "candidate.latencyTests must have at most 16 entries, not 17", Latency([.. Enumerable.Range(0, 17).Select(i => Test with { Metric = $"m{i}" })]) },
        { "candidate.latencyTests[0] must not be null", Latency([null!]) },
        { "candidate.latencyTests[0].metric must be 1 to 128 letters, digits, '.', '_' and '-'", Latency(Test with { Metric = "" }) },
        { "candidate.latencyTests[1].metric: p99 is there twice", Latency(Test, Test) },
        { "candidate.latencyTests[0].quantilePermille must be from 1 to 999, not 1000", Latency(Test with { QuantilePermille = 1000 }) },
        { "candidate.latencyTests[0].ratioSteps must be from 0 to 400, not -1", Latency(Test with { RatioSteps = -1 }) },
        { "mostUrgentPriority must be from -999 to 0, not 1", Valid with { MostUrgentPriority = 1 } },
        { "candidate.comparedPlaces must be from 1 to 1000, not 0", Change(candidate => candidate with { ComparedPlaces = 0 }) },
        { "candidate.assignment.type must be one of HeaderHash, Random", Assign(assignment => assignment with { Type = (AssignmentType)5 }) },
        { "candidate.assignment.headerName is required with type HeaderHash", Assign(assignment => assignment with { HeaderName = null }) },
        { "candidate.assignment.headerName must be the name of a header, of at most 100 characters", Assign(assignment => assignment with { HeaderName = "a b" }) },
        { "candidate.assignment.forceHeaderName and forceCandidateValue belong together", Assign(assignment => assignment with { ForceCandidateValue = null }) },
        { "candidate.assignment.forceHeaderName must be the name of a header, of at most 100 characters", Assign(assignment => assignment with { ForceHeaderName = "" }) },
        { "candidate.assignment.forceCandidateValue must have from 1 to 256 characters", Assign(assignment => assignment with { ForceCandidateValue = "" }) },
        { "candidate.hardLimits must have at most 32 entries, not 33", Limits([.. Enumerable.Repeat(Limit, 33)]) },
        { "candidate.hardLimits[1] must not be null", Limits(Limit, null!) },
        { "candidate.hardLimits[0].name must be 1 to 128 letters, digits, '.', '_' and '-'", Limits(Limit with { Name = "a\n" }) },
        { "candidate.hardLimits[0].permille must be from 0 to 1000, not 1001", Limits(Limit with { Permille = 1001 }) },
        { "candidate.hardLimits[0].windowSeconds must be from 1 to 600, not 601", Limits(Limit with { WindowSeconds = 601 }) },
        { "candidate.hardLimits[0].minRequests must be at least 1, not 0", Limits(Limit with { MinRequests = 0 }) },
        { "candidate.hardLimits[0].milliseconds must be from 1 to 600000 with type Slow", Limits(Limit with { Type = HardLimitType.Slow }) },
        { "candidate.hardLimits[0].milliseconds belongs to type Slow only", Limits(Limit with { Milliseconds = 5 }) },
        { "candidate.hardLimits[0].type must be one of Error, Degraded, Slow", Limits(Limit with { Type = (HardLimitType)9 }) },
        { "peers must have at most 1000 entries, not 1001", Valid with { Peers = [.. Enumerable.Repeat("unix:a", 1001)] } },
        { "peers[1] must be http://HOST:PORT or unix:NAME (lower-case letters, digits, '.', '-')", Valid with { Peers = ["unix:a", "ftp://b"] } },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void FirstError_WrongField_IsNamed(string error, RoutingTable table) => Assert.Equal(error, RoutingTableRules.FirstError(table));

    private static RoutingTable Change(Func<CandidateArm, CandidateArm> change) => Valid with { Candidate = change(Valid.Candidate!) };

    private static RoutingTable Assign(Func<Assignment, Assignment> change) => Change(candidate => candidate with { Assignment = change(candidate.Assignment) });

    private static RoutingTable Latency(params LatencyTest[] tests) => Change(candidate => candidate with { LatencyTests = tests });

    private static RoutingTable Limits(params HardLimit[] limits) => Change(candidate => candidate with { HardLimits = limits });
}
