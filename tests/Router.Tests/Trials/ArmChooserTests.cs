using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Trials;

public sealed class ArmChooserTests
{
    private readonly LoadedDice _dice = new();

    [Fact]
    public void Choose_NoCandidate_IsStableAndNoEvidence()
    {
        var choice = Choose(Table(null), ("X-Rerank-Candidate", "always"));

        Assert.Equal((ArmRole.Stable, false), (choice.Arm.Role, choice.Counts));
    }

    [Theory]
    [InlineData(299, true)]
    [InlineData(300, false)]
    public void Choose_NoKey_GoesByChance(int roll, bool candidate)
    {
        _dice.Value = roll;

        Assert.Equal(candidate, Choose(Table(300)).Arm.Role == ArmRole.Candidate);
    }

    [Fact]
    public void Choose_Key_GoesByItWhateverTheDiceSay()
    {
        foreach (var roll in new[] { 0, 999 })
        {
            _dice.Value = roll;
            Assert.Equal(ArmRole.Candidate, Choose(Table(AssignmentRule.BucketOf("alice", "c1") + 1), ("X-Session-Id", "alice")).Arm.Role);
            Assert.Equal(ArmRole.Stable, Choose(Table(AssignmentRule.BucketOf("alice", "c1")), ("X-Session-Id", "alice")).Arm.Role);
        }
    }

    [Fact]
    public void Choose_RandomAssignment_IgnoresKeys()
    {
        _dice.Value = 999;
        var table = Table(999, candidate => candidate with { Assignment = new Assignment { Type = AssignmentType.Random } });

        Assert.Equal(ArmRole.Stable, Choose(table, ("X-Session-Id", "alice")).Arm.Role);
    }

    [Fact]
    public void Choose_RisingWeight_NeverTakesAKeyBack() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll<NonEmptyString, byte, byte>((key, low, high) =>
    {
        var (less, more) = (Math.Min(low, high) * 1000 / 255, Math.Max(low, high) * 1000 / 255);
        var before = Choose(Table(less), ("X-Session-Id", key.Get)).Arm.Role;
        var after = Choose(Table(more), ("X-Session-Id", key.Get)).Arm.Role;
        return before == ArmRole.Stable || after == ArmRole.Candidate;
    }));

    [Theory]
    [InlineData("always", 0, true, false)]
    [InlineData("never", 1000, false, false)]
    [InlineData("Never", 1000, false, false)]
    [InlineData("Always", 0, false, true)]
    [InlineData("", 0, false, true)]
    public void Choose_ForcedByHeader_IsServedSoAndIsNoEvidence(string value, int permille, bool candidate, bool counts)
    {
        var choice = Choose(Table(permille), ("X-Rerank-Candidate", value));

        Assert.Equal((candidate, counts), (choice.Arm.Role == ArmRole.Candidate, choice.Counts));
    }

    [Fact]
    public void Choose_NobodyMayForce_GoesByWeight()
    {
        var table = Table(0, candidate => candidate with { Assignment = candidate.Assignment with { ForceHeaderName = null, ForceCandidateValue = null } });

        Assert.Equal((ArmRole.Stable, true), (Choose(table, ("X-Rerank-Candidate", "always")).Arm.Role, Choose(table, ("X-Rerank-Candidate", "always")).Counts));
    }

    [Fact]
    public void Choose_NotConfirmed_CandidateGetsNothingEvenForced()
    {
        var table = Table(1000) with { Confirmed = false };

        Assert.Equal(ArmRole.Stable, Choose(table).Arm.Role);
        Assert.Equal(ArmRole.Stable, Choose(table, ("X-Rerank-Candidate", "always")).Arm.Role);
        Assert.Equal(0, table.TrafficPermille);
    }

    [Fact]
    public void Choose_AfterATrip_CandidateGetsNothingEvenForced()
    {
        var table = Table(1000);
        for (var i = 0; i < HardLimitGuard.MaxInvalidScores; i++)
            table.Trial!.Record(new Observation { Arm = ArmRole.Candidate, Error = "failed", InvalidScores = true, StableAnswered = true });

        Assert.Equal((ArmRole.Stable, true), (Choose(table).Arm.Role, Choose(table).Counts));
        Assert.Equal((ArmRole.Stable, false), (Choose(table, ("X-Rerank-Candidate", "always")).Arm.Role, Choose(table, ("X-Rerank-Candidate", "always")).Counts));
    }

    private static ServingTable Table(int? permille, Func<CandidateArm, CandidateArm>? change = null)
    {
        var candidate = permille is { } traffic ? Tables.Candidate([], traffic) : null;
        candidate = candidate is null ? null : change?.Invoke(candidate) ?? candidate;
        var table = Tables.Table([], []) with { Candidate = candidate };
        return new ServingTable
        {
            Table = table,
            Stable = new ServingArm { Role = ArmRole.Stable, Arm = table.Stable, Tiers = [], Activations = [] },
            Candidate = candidate is null ? null : new ServingArm { Role = ArmRole.Candidate, Arm = candidate.Arm, Tiers = [], Activations = [] },
            Trial = candidate is null ? null : new Trial(candidate.Arm.Revision, candidate.Attempt, TimeProvider.System, new LoadedDice()),
            Confirmed = true,
            Clusters = [],
        };
    }

    private ArmChoice Choose(ServingTable table, params (string Name, string Value)[] headers)
    {
        var dictionary = new HeaderDictionary();
        foreach (var (name, value) in headers)
            dictionary[name] = value;
        return new ArmChooser(_dice).Choose(table, dictionary);
    }
}
