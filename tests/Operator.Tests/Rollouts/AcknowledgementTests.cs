using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Names;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Revisions;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Rollouts;

public sealed class AcknowledgementTests
{
    private const string OfCandidate = "it answered 400: candidate.arm.tiers[1] is not to my taste";
    private const string Unread = "it answered 400: The JSON property 'latencyTests' could not be mapped to any .NET member";

    private static readonly Revision Base = Revision("base", RevisionState.Stable, 1);
    private static readonly Revision Better = Revision("better", RevisionState.AtStep, 2) with { Rollout = new() { Step = "half", TrafficPermille = 500 } };

    [Fact]
    public void Refusal_OfACurrentRouterAboutTheCandidate_IsTheRevisions() =>
        Assert.Equal(OfCandidate, Refusal(Router(0, refusal: new(1, OfCandidate))));

    [Fact]
    public void Refusal_InOtherWords_IsNot() =>
        Assert.Null(Refusal(Router(0, refusal: new(1, Unread))));

    [Fact]
    public void Refusal_OfARouterOfAnotherTemplate_IsNot() =>
        Assert.Null(Refusal(Router(0, refusal: new(1, OfCandidate), template: "old")));

    [Fact]
    public void Refusal_OfARouterThatIsNotReadyOrOfAnotherTable_IsNot()
    {
        Assert.Null(Refusal(Router(0, refusal: new(1, OfCandidate), isReady: false)));
        Assert.Null(Refusal(Router(0, refusal: new(2, OfCandidate))));
    }

    [Fact]
    public void RefusalInWords_WhateverTheReason_NamesTheRouter() =>
        Assert.Equal($"router-old refuses it: {Unread}", Acknowledgement.RefusalInWords(Observed(500, Router(0), Router(0, refusal: new(1, Unread), template: "old"))));

    [Theory]
    [InlineData(1, true, true)]
    [InlineData(1, false, false)]
    [InlineData(0, true, false)]
    public void IsServed_AReadyRouterFollowsWhatWasStored_WhateverIsAskedForNow(long generation, bool isReady, bool expected) =>
        Assert.Equal(expected, Acknowledgement.IsServed(Observed(500, Router(generation, isReady: isReady)), Better.Name));

    [Fact]
    public void IsServed_StoredWithoutWeight_IsNot() =>
        Assert.False(Acknowledgement.IsServed(Observed(0, Router(1)), Better.Name));

    [Fact]
    public void IsServed_ALaterTableThatStillNamesIt_Is()
    {
        Assert.True(Acknowledgement.IsServed(Observed(500, Router(2, revision: Base.Name)), Base.Name));
        Assert.False(Acknowledgement.IsServed(Observed(500, Router(2, revision: Base.Name)), Better.Name));
    }

    private static string? Refusal(ObservedPod router) => Acknowledgement.Refusal(Observed(500, router), Better.Name, p => p.TemplateHash == "current");

    private static Observation Observed(int traffic, params ObservedPod[] routers)
    {
        var pipeline = Samples.TwoTiers();
        pipeline.Metadata.Uid = "uid";
        var observed = Samples.Observed(pipeline);
        var candidate = Better with { Rollout = Better.Rollout with { TrafficPermille = traffic } };
        var table = DocumentPlan.Of(observed, new(Base, candidate, [], []), new ClusterPoolAddresses()).Table;
        return observed with { Documents = new() { Table = table }, Pods = routers };
    }

    private static ObservedPod Router(long generation, string? revision = null, Refusal? refusal = null, string template = "current", bool isReady = true) => new()
    {
        Pod = new V1Pod
        {
            Metadata = new() { Name = $"router-{template}", Annotations = new Dictionary<string, string> { [Labels.TemplateHash] = template } },
            Status = new() { Conditions = [new() { Type = "Ready", Status = isReady ? "True" : "False" }] },
        },
        Component = Labels.RouterComponent,
        Router = new(
            new("http://10.0.0.1:9090"),
            new RouterStatus { ProcessId = "p", Generation = generation, Revision = revision, Confirmed = true, Clusters = [], Requests = 0, Errors = 0 },
            null)
        {
            Refusal = refusal,
        },
        Hosts = new Dictionary<string, ProcessReport<HostStatus>>(),
    };

    private static Revision Revision(string model, RevisionState state, long sequence)
    {
        var snapshot = DesiredRevision.Of(Samples.TwoTiers(full: model), name => Samples.Model(name)).Snapshot!;
        return new() { Name = snapshot.Hash(), State = state, Sequence = sequence, Snapshot = snapshot };
    }
}
