using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Revisions;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Pipelines;

public sealed class DocumentPlanTests
{
    private static readonly RevisionSnapshot Base = Snapshot(Samples.TwoTiers());
    private static readonly RevisionSnapshot Better = Snapshot(Samples.TwoTiers(full: "better"));

    [Fact]
    public void ModelSet_OfStableAndCandidate_OnlyStableIsRequired()
    {
        var documents = Plan(Roles(stable: Base, candidate: Better));

        Assert.Equal([("base", true), ("better", false)], Models(documents.PoolSets["full"]));
        Assert.Equal([("tiny", true)], Models(documents.SidecarSets["small"]));
    }

    [Fact]
    public void ModelSet_BeforeThereIsAStable_TheCandidateIsRequired() =>
        Assert.Equal([("base", true)], Models(Plan(Roles(candidate: Base)).PoolSets["full"]));

    [Theory]
    [InlineData(0, false, true)]
    [InlineData(500, true, false)]
    public void ModelSet_ARouterIsSilentAboutWhatWasReplaced_WhatAnswersIsRequired(int traffic, bool candidateIs, bool replacedIs)
    {
        var sidecarsOnly = Snapshot(Samples.TwoTiers(change: p => p.Tiers.RemoveAt(1)));
        var candidate = Revision(Base, RevisionState.Placing, 3)! with { State = RevisionState.AtStep, Rollout = new() { Step = "half", TrafficPermille = traffic } };
        var roles = new RevisionRoles(
            Revision(sidecarsOnly, RevisionState.Stable, 2), candidate, Retained: [Revision(Better, RevisionState.Retained, 1)!], Retired: []);

        var documents = Plan(roles, Stored(Plan(roles)), pods: [SilentRouter()]);

        Assert.Equal([("base", candidateIs), ("better", replacedIs)], Models(documents.PoolSets["full"]));
    }

    [Fact]
    public void ModelSet_RoutersAllowMoreThanHostsTakeAnyway_SaysSo()
    {
        var larger = Snapshot(Samples.TwoTiers(full: "better", change: spec =>
        {
            spec.Router.Limits.MaxDocuments = 2000;
            spec.Router.RequestTimeoutMilliseconds = 120_000;
        }));

        // From when it is placed, so that hosts take it before routers do.
        var limits = Plan(Roles(stable: Base, candidate: larger)).PoolSets["full"].Limits!;
        Assert.Equal((2000, 8 * 1024 * 1024, 120_000), (limits.MaxDocuments, limits.MaxBodyBytes, limits.RequestTimeoutMilliseconds));

        // Hosts of the release before don't know of it.
        Assert.Null(Plan(Roles(stable: Base, candidate: Better)).PoolSets["full"].Limits);
    }

    [Fact]
    public void ModelSet_OneNameForTwoContents_HasTwoNames()
    {
        var other = Snapshot(Samples.TwoTiers(), m => m.Contract.MaxInputTokens = 128);

        var names = Plan(Roles(stable: Base, candidate: other)).PoolSets["full"].Models.Select(m => m.Name).ToList();

        Assert.Equal(2, names.Distinct().Count());
        Assert.Contains("base", names);
    }

    [Fact]
    public void Table_WithACandidate_RoutesToStableAndKnowsBothsClusters()
    {
        var middle = Samples.TwoTiers(change: p => p.Tiers.Insert(1, Samples.Pool("middle", "middle", escalation: new() { Type = EscalationType.Always })));

        var table = Plan(Roles(stable: Base, candidate: Snapshot(middle))).Table!;

        Assert.Equal(Base.Hash(), table.Stable.Revision);
        Assert.Equal(["full", "middle", "small"], table.Clusters.Select(c => c.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Table_TierIsSidecarInOneAndPoolInTheOther_HasAClusterForEach()
    {
        var moved = Samples.TwoTiers(change: p => p.Tiers[0] = Samples.Pool("small", "tiny", escalation: new() { Type = EscalationType.Always }));

        var table = Plan(Roles(stable: Base, candidate: Snapshot(moved))).Table!;

        Assert.Equal(["full", "small", "small.sidecar"], table.Clusters.Select(c => c.Name).Order(StringComparer.Ordinal));
        Assert.Equal("small.sidecar", table.Stable.Tiers[0].Model!.Cluster);
    }

    [Theory]
    [InlineData(1000, 0)]
    [InlineData(1250, 6)]
    [InlineData(2000, 16)]
    [InlineData(1091, 3)]
    public void Candidate_SaysWhichEpochItIsAndWhatIsSlow(int ratio, int steps)
    {
        var candidate = Revision(Better, RevisionState.AtStep, 2)! with { Rollout = new() { Step = "half", TrafficPermille = 500, Epoch = 7 } };

        var arm = Plan(new(Revision(Base, RevisionState.Stable, 1), candidate, [], []), change: spec =>
        {
            spec.Rollout.Analysis.FeedbackAfterSeconds = 60;
            spec.Rollout.Analysis.Metrics =
            [
                new() { Name = "p99", Type = MetricType.LatencyQuantile, QuantilePermille = 990, MaxRatioPermille = ratio, Mode = MetricMode.Advise },
                new() { Name = "errors", Type = MetricType.ErrorRate, MaxDeltaPermille = 10 },
            ];
        }).Table!.Candidate!;

        Assert.Equal((7, 60), (arm.Epoch, arm.FeedbackAfterSeconds));
        Assert.Equal([new LatencyTest("p99", 990, steps)], arm.LatencyTests);
    }

    [Fact]
    public void Generation_ContentIsTheSame_Stays()
    {
        var roles = Roles(stable: Base);
        var first = Plan(roles);

        Assert.Equal(first.Table!.Generation, Plan(roles, Stored(first)).Table!.Generation);
    }

    [Fact]
    public void Generation_ContentDiffers_Rises()
    {
        var first = Plan(Roles(stable: Base));

        var second = Plan(Roles(stable: Better), Stored(first));

        Assert.Equal(first.Table!.Generation + 1, second.Table!.Generation);
        Assert.Equal(first.PoolSets["full"].Generation + 1, second.PoolSets["full"].Generation);
        Assert.Equal(first.SidecarSets["small"].Generation, second.SidecarSets["small"].Generation);
    }

    [Fact]
    public void Generation_ConfigMapLost_IsAboveWhatAnyPodReports()
    {
        var pod = new ObservedPod
        {
            Pod = new V1Pod { Metadata = new() { Name = "r" } },
            Component = Labels.RouterComponent,
            Router = new(new("http://10.0.0.1:9090"), new() { ProcessId = "p", Generation = 41, Clusters = [], Requests = 0, Errors = 0 }, Problem: null),
            Hosts = new Dictionary<string, ProcessReport<HostStatus>>(),
        };

        Assert.Equal(42, Plan(Roles(stable: Base), pods: [pod]).Table!.Generation);
    }

    [Fact]
    public void Table_RecordOfStableLost_StaysWhatItWas()
    {
        var first = Plan(Roles(stable: Base));

        Assert.Same(first.Table, Plan(Roles(candidate: Base), Stored(first)).Table);
    }

    private static DesiredDocuments Plan(
        RevisionRoles roles, StoredDocuments? stored = null, IReadOnlyList<ObservedPod>? pods = null, Action<RerankPipelineSpec>? change = null)
    {
        var pipeline = Samples.TwoTiers(change: change);
        pipeline.Metadata.Uid = "uid";
        var observed = Samples.Observed(pipeline) with { Pods = pods ?? [], Documents = stored ?? StoredDocuments.None };
        return DocumentPlan.Of(observed, roles, new ClusterPoolAddresses());
    }

    private static ObservedPod SilentRouter() => new()
    {
        Pod = new V1Pod { Metadata = new() { Name = "r" }, Status = new() { Conditions = [new() { Type = "Ready", Status = "True" }] } },
        Component = Labels.RouterComponent,
        Router = new(new("http://10.0.0.1:9090"), Status: null, "no answer"),
        Hosts = new Dictionary<string, ProcessReport<HostStatus>>(),
    };

    private static StoredDocuments Stored(DesiredDocuments documents) =>
        new() { Table = documents.Table, PoolSets = documents.PoolSets, SidecarSets = documents.SidecarSets };

    private static RevisionRoles Roles(RevisionSnapshot? stable = null, RevisionSnapshot? candidate = null) =>
        new(Revision(stable, RevisionState.Stable, 1), Revision(candidate, RevisionState.Placing, 2), [], []);

    private static Revision? Revision(RevisionSnapshot? snapshot, RevisionState state, long sequence) =>
        snapshot is null ? null : new() { Name = snapshot.Hash(), State = state, Sequence = sequence, Snapshot = snapshot };

    private static RevisionSnapshot Snapshot(RerankPipeline pipeline, Action<ModelVersionSpec>? change = null) =>
        DesiredRevision.Of(pipeline, name => Samples.Model(name, change)).Snapshot!;

    private static IEnumerable<(string Name, bool Required)> Models(ModelSet set) =>
        set.Models.Select(m => (m.Name, m.Required)).OrderBy(m => m.Name, StringComparer.Ordinal);
}
