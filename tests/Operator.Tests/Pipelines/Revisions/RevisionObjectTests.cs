using k8s;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Pipelines.Revisions;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Pipelines.Revisions;

public sealed class RevisionObjectTests
{
    private static readonly PipelineOwner Owner = new(TestWorld.Namespace, Samples.Pipeline, "uid-1");

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var snapshot = DesiredRevision.Of(Samples.TwoTiers(), name => Samples.Model(name)).Snapshot!;
        var revision = new Revision
        {
            Name = snapshot.Hash(),
            Role = RevisionRole.Retained,
            Sequence = 7,
            Snapshot = snapshot,
            StableSince = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
            RetiredAt = new(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
        };

        var stored = KubernetesJson.Deserialize<V1ControllerRevision>(KubernetesJson.Serialize(RevisionObject.From(Owner, revision)));
        var read = RevisionObject.Read(stored);

        Assert.Equal(revision with { Snapshot = read.Snapshot }, read);
        Assert.Equal(snapshot.Hash(), read.Snapshot.Hash());
    }

    [Fact]
    public void Read_DataOfSomethingElse_SaysWhich()
    {
        var stored = new V1ControllerRevision
        {
            Metadata = Owner.Metadata("search-1", new Dictionary<string, string> { [Labels.Role] = "stable", [Labels.Revision] = "1" }),
            Data = new Dictionary<string, string> { ["spec"] = "x" },
        };

        var error = Assert.Throws<InvalidDataException>(() => RevisionObject.Read(stored));
        Assert.Contains("search-1", error.Message);
    }

    [Fact]
    public void Hash_OfScale_IsTheSame()
    {
        var five = Samples.TwoTiers(change: p => p.Tiers[1].Model!.Replicas = new() { Min = 5, Max = 9 });

        Assert.Equal(Hash(Samples.TwoTiers()), Hash(five));
    }

    [Fact]
    public void Hash_OfThisSpec_IsTheSameInEveryRelease() =>
        Assert.Equal("d5a8237ddf", Hash(Samples.TwoTiers()));

    private static string Hash(RerankPipeline pipeline) => DesiredRevision.Of(pipeline, name => Samples.Model(name)).Snapshot!.Hash();
}
