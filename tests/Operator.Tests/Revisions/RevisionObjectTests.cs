using k8s;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Revisions;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Revisions;

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
            State = RevisionState.Retained,
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

    [Theory]
    [InlineData("candidate", "{}", null, RevisionState.Placing, 1)]
    [InlineData("candidate", """{"attempt":3,"step":"half","trafficPermille":500,"mirrorPermille":0,"stepSince":"2030-01-01T00:00:00Z","requestsBefore":7}""", "Rejected", RevisionState.AtStep, 3)]
    [InlineData("stable", """{"attempt":1,"trafficPermille":500,"bakesAgainst":"old","bakesUntil":"2030-01-02T00:00:00Z"}""", "Promoted", RevisionState.Baking, 1)]
    [InlineData("stable", """{"attempt":1,"bakesAgainst":"old"}""", "Rejected", RevisionState.Returning, 2)]
    [InlineData("stable", "{}", "Promoted", RevisionState.Stable, 1)]
    [InlineData("retained", "{}", "Rejected", RevisionState.Rejected, 2)]
    [InlineData("retained", "{}", "Promoted", RevisionState.Retained, 1)]
    [InlineData("retired", "{}", "Rejected", RevisionState.Retired, 2)]
    public void Read_WhatAnEarlierOperatorStored_IsTheStateThatItStoodFor(string role, string rollout, string? verdict, object state, int attempt)
    {
        var snapshot = DesiredRevision.Of(Samples.TwoTiers(), name => Samples.Model(name)).Snapshot!;
        var stored = RevisionObject.From(Owner, new() { Name = snapshot.Hash(), State = RevisionState.Retired, Sequence = 7, Snapshot = snapshot });
        stored.Metadata.Labels[Labels.Role] = role;
        stored.Metadata.Annotations = new Dictionary<string, string>
        {
            ["rerank.dev/candidate-since"] = "2030-01-01T00:00:00.0000000Z",
            ["rerank.dev/stable-since"] = "2030-01-01T01:00:00.0000000Z",
            ["rerank.dev/homes"] = """{"full":"x"}""",
            ["rerank.dev/rollout"] = rollout,
        };
        if (verdict is not null)
            stored.Metadata.Annotations["rerank.dev/verdict"] = $$"""{"verdict":"{{verdict}}","reason":"R","message":"m","time":"2030-01-01T00:00:00Z","attempts":2}""";

        var read = RevisionObject.Read(KubernetesJson.Deserialize<V1ControllerRevision>(KubernetesJson.Serialize(stored)));

        Assert.Equal((state, attempt), (read.State, read.Try));
        Assert.Equal(role, read.Role.ToString().ToLowerInvariant());
        Assert.Equal(new(2030, 1, 1, 1, 0, 0, TimeSpan.Zero), read.StableSince);
        Assert.Equal([new PoolId("full", "x")], read.Snapshot.Pools);
        // What it is written as from now on says the same.
        var again = RevisionObject.Read(RevisionObject.From(Owner, read));
        Assert.Equal(read with { Snapshot = again.Snapshot }, again);
    }

    [Fact]
    public void Read_OfABakeOfAnEarlierOperator_HasAllOfTheTraffic()
    {
        var snapshot = DesiredRevision.Of(Samples.TwoTiers(), name => Samples.Model(name)).Snapshot!;
        var stored = RevisionObject.From(Owner, new() { Name = snapshot.Hash(), State = RevisionState.Stable, Sequence = 7, Snapshot = snapshot });
        stored.Metadata.Annotations = new Dictionary<string, string> { ["rerank.dev/rollout"] = """{"attempt":1,"trafficPermille":500,"mirrorPermille":9,"bakesAgainst":"old"}""" };

        Assert.Equal((1000, 0), (RevisionObject.Read(stored).Rollout.TrafficPermille, RevisionObject.Read(stored).Rollout.MirrorPermille));
    }

    [Theory]
    [InlineData("""{"version":2,"state":"Stable"}""")]
    [InlineData("""{"version":1,"state":"Asleep"}""")]
    [InlineData("{")]
    public void Read_AStateThatThisOperatorDoesNotKnow_SaysWhich(string document)
    {
        var snapshot = DesiredRevision.Of(Samples.TwoTiers(), name => Samples.Model(name)).Snapshot!;
        var stored = RevisionObject.From(Owner, new() { Name = snapshot.Hash(), State = RevisionState.Stable, Sequence = 7, Snapshot = snapshot });
        stored.Metadata.Annotations[Labels.State] = document;

        Assert.Contains(stored.Name(), Assert.Throws<UnreadableRevisionException>(() => RevisionObject.Read(stored)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DataOfSomethingElse_SaysWhich()
    {
        var stored = new V1ControllerRevision
        {
            Metadata = Owner.Metadata("search-1", new Dictionary<string, string> { [Labels.Role] = "stable", [Labels.Revision] = "1" }),
            Data = new Dictionary<string, string> { ["spec"] = "x" },
        };

        var error = Assert.Throws<UnreadableRevisionException>(() => RevisionObject.Read(stored));
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
