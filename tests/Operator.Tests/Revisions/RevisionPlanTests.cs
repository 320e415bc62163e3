using Rerank.Contracts.Routing;
using Rerank.Operator.Names;
using Rerank.Operator.Revisions;

namespace Rerank.Operator.Tests.Revisions;

public sealed class RevisionPlanTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Directives None = new(null);
    private static readonly RevisionVerdict Passed = new(RevisionVerdictKind.Promoted, "AnalysisPassed", "It passed every step.", Now, 1);
    private static readonly RevisionSnapshot A = Snapshot(100);
    private static readonly RevisionSnapshot B = Snapshot(200);
    private static readonly RevisionSnapshot C = Snapshot(300);

    [Fact]
    public void Settle_Nothing_TheDesiredIsCandidate()
    {
        var roles = RevisionPlan.Settle([], A, None, Now);

        Assert.Null(roles.Stable);
        Assert.Equal((A.Hash(), RevisionRole.Candidate, 1L), (roles.Candidate!.Name, roles.Candidate.Role, roles.Candidate.Sequence));
        Assert.Equal(Now, roles.Candidate.CandidateSince);
    }

    [Fact]
    public void Settle_StableIsDesired_ThereIsNoCandidateAndNothingToWrite()
    {
        Revision[] existing = [Of(A, RevisionState.Stable, 1)];

        var roles = RevisionPlan.Settle(existing, A, None, Now);

        Assert.Null(roles.Candidate);
        Assert.Empty(RevisionPlan.Writes(existing, roles));
    }

    [Fact]
    public void Settle_TwoStablesAfterACrash_TheHigherSequenceIsIt()
    {
        var roles = RevisionPlan.Settle([Of(A, RevisionState.Stable, 1), Of(B, RevisionState.Stable, 2)], B, None, Now);

        Assert.Equal(B.Hash(), roles.Stable!.Name);
        var old = Assert.Single(roles.Retained);
        Assert.Equal((A.Hash(), Now), (old.Name, old.RetiredAt));
    }

    [Fact]
    public void Settle_SpecCantBeMet_AllStayWhatTheyAre()
    {
        var candidate = Of(B, RevisionState.AtStep, 2);

        var roles = RevisionPlan.Settle([Of(A, RevisionState.Stable, 1), candidate], desired: null, None, Now);

        Assert.Equal(A.Hash(), roles.Stable!.Name);
        Assert.Equal(candidate, roles.Candidate);
    }

    [Fact]
    public void Settle_AnotherSpec_ReplacesTheCandidate()
    {
        var roles = RevisionPlan.Settle([Of(A, RevisionState.Stable, 1), Of(B, RevisionState.Placing, 2)], C, None, Now);

        Assert.Equal(C.Hash(), roles.Candidate!.Name);
        Assert.Equal(3, roles.Candidate.Sequence);
        Assert.Equal(B.Hash(), Assert.Single(roles.Retired).Name);
    }

    [Fact]
    public void Settle_CandidateGoesOn_KeepsItsTime()
    {
        var since = Now.AddMinutes(-5);

        var roles = RevisionPlan.Settle([Of(A, RevisionState.Placing, 1) with { CandidateSince = since }], A, None, Now);

        Assert.Equal(since, roles.Candidate!.CandidateSince);
    }

    [Fact]
    public void Settle_RetainedAskedForAndThenNotWanted_IsRetainedAgainForTheRestOfItsTime()
    {
        var retired = Now.AddMinutes(-1);
        Revision[] existing = [Of(B, RevisionState.Stable, 2), Of(A, RevisionState.Retained, 1) with { RetiredAt = retired }];
        var asked = RevisionPlan.Settle(existing, A, None, Now);

        var roles = RevisionPlan.Settle([.. asked.All], B, None, Now);

        Assert.Null(roles.Candidate);
        Assert.Equal(retired, Assert.Single(roles.Retained).RetiredAt);
    }

    [Fact]
    public void Promote_WritesTheNewStableFirst()
    {
        Revision[] existing = [Of(A, RevisionState.Stable, 1), Of(B, RevisionState.Placing, 2)];

        var roles = RevisionPlan.Promote(RevisionPlan.Settle(existing, B, None, Now), Passed, bake: TimeSpan.Zero, holdbackPermille: 20, Now);
        var writes = RevisionPlan.Writes(existing, roles);

        Assert.Equal([(B.Hash(), RevisionRole.Stable), (A.Hash(), RevisionRole.Retained)], writes.Select(w => (w.Name, w.Role)));
        Assert.True(writes[0].Sequence > 2);
    }

    [Theory]
    [InlineData(59, true, false)]
    [InlineData(60, true, true)]
    [InlineData(60, false, false)]
    public void Expire_WhenItsTimeHasPassedAndRoutersHaveLeft_Retires(int seconds, bool routersHaveLeft, bool retires)
    {
        var roles = new RevisionRoles(Of(B, RevisionState.Stable, 2), null, [Of(A, RevisionState.Retained, 1) with { RetiredAt = Now, StableSince = Now }], []);

        var expired = RevisionPlan.Expire(roles, new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1)), _ => routersHaveLeft, Now.AddSeconds(seconds));

        Assert.Equal(retires ? RevisionRole.Retired : RevisionRole.Retained, expired.All.Single(r => r.Name == A.Hash()).Role);
    }

    [Theory]
    [InlineData(0, new string[0])]
    [InlineData(1, new[] { "c" })]
    [InlineData(2, new[] { "c", "b" })]
    public void Expire_MoreThanShallBeRetained_TheOldestGo(int most, string[] stay)
    {
        var expired = RevisionPlan.Expire(Three(candidate: null), Retaining(most), _ => true, Now.AddSeconds(10));

        Assert.Equal(stay, expired.Retained.Select(r => r.Name));
    }

    [Fact]
    public void Hash_OfAnotherEngine_IsAnother_ThoughTheDataIsTheSame()
    {
        var engine = A with { Engine = new("router:1", "host:1", null, 1) };

        Assert.Equal(3, new[] { A.Hash(), engine.Hash(), (A with { Engine = new("router:2", "host:1", null, 1) }).Hash() }.Distinct().Count());
        Assert.Equal(A.Hash(), (A with { AdoptedEngine = engine.Engine }).Hash());
        // Data can't change, and an operator that knows nothing of engines writes it too.
        var owner = new PipelineOwner("shop", "search", "uid");
        Assert.Equal(
            ((System.Text.Json.JsonElement)RevisionObject.From(owner, Of(A, RevisionState.Stable, 1)).Data).GetRawText(),
            ((System.Text.Json.JsonElement)RevisionObject.From(owner, Of(engine, RevisionState.Stable, 1)).Data).GetRawText());
        Assert.Equal(engine.Engine, RevisionObject.Read(RevisionObject.From(owner, Of(engine, RevisionState.Stable, 1))).Snapshot.Engine);
    }

    [Fact]
    public void Expire_RejectedOnes_TakeNoPlaceOfThoseThatWereStable()
    {
        var roles = Three(candidate: null);
        roles = roles with { Retained = [roles.Retained[0] with { State = RevisionState.Rejected, Verdict = Passed with { Verdict = RevisionVerdictKind.Rejected } }, .. roles.Retained.Skip(1)] };

        Assert.Equal(["b", "a"], RevisionPlan.Expire(roles, Retaining(2), _ => true, Now.AddSeconds(10)).Retained.Select(r => r.Name));
    }

    [Fact]
    public void Expire_CandidateLacksMemory_TheOldestInItsWayGoes_OneAtATime()
    {
        var retention = Retaining(3) with { InTheWay = r => r.Name != "a" };

        var once = RevisionPlan.Expire(Three(Of(C, RevisionState.Placing, 9)), retention, _ => true, Now.AddSeconds(10));
        var soon = RevisionPlan.Expire(once, retention, _ => true, Now.AddSeconds(11));
        var later = RevisionPlan.Expire(once, retention, _ => true, Now.AddSeconds(41));

        Assert.Equal(["c", "a"], once.Retained.Select(r => r.Name));
        Assert.Equal(["c", "a"], soon.Retained.Select(r => r.Name));
        Assert.Equal(["a"], later.Retained.Select(r => r.Name));
        Assert.Equal(3, RevisionPlan.Expire(Three(candidate: null), retention, _ => true, Now.AddSeconds(10)).Retained.Count);
    }

    [Fact]
    public void Surplus_BeyondTheLimit_IsTheOldest()
    {
        var roles = new RevisionRoles(null, null, [], [Of(A, RevisionState.Retired, 1), Of(B, RevisionState.Retired, 5), Of(C, RevisionState.Retired, 3)]);

        Assert.Equal([A.Hash()], RevisionPlan.Surplus(roles, 2, desired: null).Select(r => r.Name));
    }

    // "a" to "c" were stable one after the other, and were replaced a moment ago.
    private static RevisionRoles Three(Revision? candidate) => new(
        Of(B, RevisionState.Stable, 8),
        candidate,
        [.. new[] { "c", "b", "a" }.Select((name, i) => Of(A, RevisionState.Retained, 3 - i) with { Name = name, StableSince = Now.AddHours(-1), RetiredAt = Now })],
        []);

    private static Retention Retaining(int most) => new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1)) { Revisions = most };

    private static Revision Of(RevisionSnapshot snapshot, RevisionState state, long sequence) =>
        new() { Name = snapshot.Hash(), State = state, Sequence = sequence, Snapshot = snapshot };

    private static RevisionSnapshot Snapshot(int timeout) => new()
    {
        Policy = new RouterPolicy { RequestTimeoutMilliseconds = timeout },
        Tiers = [new() { Name = "cache", Cache = new(1024, 60) }],
    };
}
