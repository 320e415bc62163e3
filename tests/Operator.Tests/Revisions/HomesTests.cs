using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Revisions;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Revisions;

public sealed class HomesTests
{
    private static readonly RevisionSnapshot Base = Snapshot(Samples.TwoTiers());
    private static readonly RevisionSnapshot Better = Snapshot(Samples.TwoTiers(full: "better"));

    [Fact]
    public void Settle_FirstRevision_HasThePoolsThatTiersBeginWith() =>
        Assert.Equal([new PoolId("full")], Homes.Settle(Roles(stable: null, Base), CapacityPlacement.DedicatedPods).Candidate!.Snapshot.Pools);

    [Theory]
    [InlineData(null)]
    [InlineData("1234567890")]
    public void Settle_CoResident_IsWhereStableIs(string? home) =>
        Assert.Equal([new PoolId("full", home)], Settle(Base.WithHomes(_ => home), Better, CapacityPlacement.CoResident));

    [Theory]
    [InlineData("gpu")]
    [InlineData("claim")]
    [InlineData("resources")]
    [InlineData("scheduling")]
    public void Settle_CoResident_PodsDiffer_HasItsOwn(string what)
    {
        var other = Other(what, Pool(Better));
        var candidate = With(Better, other);

        Assert.Equal([new PoolId("full", candidate.Hash())], Settle(Base, candidate, CapacityPlacement.CoResident));
        // Equal in all that pods show, though not the same objects.
        var stable = With(Base, Other(what, Pool(Base))).WithHomes(_ => "x");
        Assert.Equal([new PoolId("full", "x")], Settle(stable, candidate, CapacityPlacement.CoResident));
    }

    /// <summary>Going back to pods that are still there.</summary>
    [Fact]
    public void Settle_CoResident_PodsAreAsThoseOfWhatIsRetained_IsThere()
    {
        var large = With(Base, Pool(Base) with { Claim = "models" }).WithHomes(_ => "large");
        var roles = Roles(large, Better) with { Retained = [Revision(Base, RevisionState.Retained)] };

        Assert.Equal([new PoolId("full")], Homes.Settle(roles, CapacityPlacement.CoResident).Candidate!.Snapshot.Pools);
    }

    [Fact]
    public void Settle_DedicatedPods_HasItsOwnNameForTiersThatDiffer() =>
        Assert.Equal([new PoolId("full", Better.Hash())], Settle(Base, Better, CapacityPlacement.DedicatedPods));

    [Fact]
    public void Settle_DedicatedPods_SharesTiersThatAreTheSame()
    {
        var changed = Snapshot(Samples.TwoTiers(small: "other", change: p => p.Router.RequestTimeoutMilliseconds = 77));

        Assert.Equal([new PoolId("full", "x")], Settle(Base.WithHomes(_ => "x"), changed, CapacityPlacement.DedicatedPods));
    }

    [Fact]
    public void Settle_DedicatedPods_UsesAPoolThatNobodyHas() =>
        Assert.Equal([new PoolId("full")], Settle(Base.WithHomes(_ => Base.Hash()), Better, CapacityPlacement.DedicatedPods));

    /// <summary>What was promoted in pods of its own lent them to its successor, and comes back.</summary>
    [Fact]
    public void Settle_OwnNameIsTaken_GetsAnother()
    {
        var roles = Roles(Base.WithHomes(_ => Better.Hash()), Better) with { Retained = [Revision(Base with { Policy = new() { RequestTimeoutMilliseconds = 3 } }, RevisionState.Retained)] };

        Assert.Equal([new PoolId("full", $"{Better.Hash()}-2")], Homes.Settle(roles, CapacityPlacement.DedicatedPods).Candidate!.Snapshot.Pools);
    }

    [Theory]
    [InlineData("CoResident")]
    [InlineData("DedicatedPods")]
    public void Settle_Settled_ChangesNothing(string name)
    {
        var placement = Enum.Parse<CapacityPlacement>(name);
        var settled = Homes.Settle(Roles(Base, Better), placement);

        Assert.Same(settled, Homes.Settle(settled, placement));
    }

    [Fact]
    public void Settle_AtAStep_StaysWhereItIs()
    {
        var roles = Roles(Base, Better);
        roles = roles with { Candidate = roles.Candidate! with { State = RevisionState.AtStep, Rollout = new() { Step = "half" } } };

        Assert.Same(roles, Homes.Settle(roles, CapacityPlacement.DedicatedPods));
    }

    [Fact]
    public void Settle_StillLoadedFromBefore_StaysWhereItIs()
    {
        var roles = Roles(Base.WithHomes(_ => "x"), Better);
        roles = roles with { Candidate = roles.Candidate! with { RetiredAt = DateTimeOffset.UnixEpoch } };

        Assert.Same(roles, Homes.Settle(roles, CapacityPlacement.CoResident));
    }

    [Fact]
    public void Home_IsNoPartOfTheRevision() => Assert.Equal(Base.Hash(), Base.WithHomes(_ => "x").Hash());

    [Fact]
    public void Home_IsKeptWithTheControllerRevision()
    {
        var pipeline = Samples.TwoTiers();
        pipeline.Metadata.Uid = "uid";
        var owner = PipelineOwner.Of(pipeline);

        var stored = RevisionObject.From(owner, Revision(Base.WithHomes(_ => "x"), RevisionState.Stable));

        Assert.Equal([new PoolId("full", "x")], RevisionObject.Read(stored).Snapshot.Pools);
        Assert.Equal(RevisionObject.From(owner, Revision(Base, RevisionState.Stable)).Data!.ToString(), stored.Data!.ToString());
    }

    private static IEnumerable<PoolId> Settle(RevisionSnapshot stable, RevisionSnapshot candidate, CapacityPlacement placement) =>
        Homes.Settle(Roles(stable, candidate), placement).Candidate!.Snapshot.Pools;

    private static RevisionRoles Roles(RevisionSnapshot? stable, RevisionSnapshot candidate) =>
        new(stable is null ? null : Revision(stable, RevisionState.Stable), Revision(candidate, RevisionState.Placing), [], []);

    private static Revision Revision(RevisionSnapshot snapshot, RevisionState state) => new() { Name = snapshot.Hash(), State = state, Sequence = 1, Snapshot = snapshot };

    private static ModelTierSnapshot Other(string what, ModelTierSnapshot pool) => what switch
    {
        "gpu" => pool with { Gpu = new("nvidia.com/gpu", 1) },
        "claim" => pool with { Claim = "models" },
        "resources" => pool with { Resources = new(null, new() { ["memory"] = "2Gi" }) },
        _ => pool with { Scheduling = new() { NodeSelector = new() { ["disk"] = "fast" }, Tolerations = [new("gpu", TolerationOperator.Exists, null, null)] } },
    };

    private static ModelTierSnapshot Pool(RevisionSnapshot snapshot) => snapshot.ModelTier("full", Placement.Pool)!.Model!;

    private static RevisionSnapshot With(RevisionSnapshot snapshot, ModelTierSnapshot pool) =>
        snapshot with { Tiers = [.. snapshot.Tiers.Select(t => t.Name == "full" ? t with { Model = pool } : t)] };

    private static RevisionSnapshot Snapshot(RerankPipeline pipeline) => DesiredRevision.Of(pipeline, name => Samples.Model(name)).Snapshot!;
}
