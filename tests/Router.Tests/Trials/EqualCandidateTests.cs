using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Trials;

/// <summary>What happens to both arms alike must not take the candidate's traffic away. Stable steps in where the candidate fails, as it does in a router.</summary>
public sealed class EqualCandidateTests
{
    private const int Rounds = 20;

    private static readonly HardLimit Errors = new() { Name = "errors", Type = HardLimitType.Error, Permille = 200 };

    private static readonly HardLimit Slow = new() { Name = "p99", Type = HardLimitType.Slow, Permille = 200, Milliseconds = 100 };

    [Fact]
    public void Blip_OfThreeSecondsInBothArms_DoesNotTrip() =>
        NeverTrips(permille: 500, perSecond: 20, seconds: 120, (second, _) => second is >= 60 and < 63 ? 0.9 : 0.005);

    [Theory]
    [InlineData(20, false)]
    [InlineData(50, false)]
    [InlineData(100, false)]
    [InlineData(20, true)]
    [InlineData(50, true)]
    [InlineData(100, true)]
    public void Blip_WhileLittleIsLeftOnStable_DoesNotTrip(int perSecond, bool slow) =>
        NeverTrips(permille: 980, perSecond, seconds: 120, (second, _) => second is >= 60 and < 63 ? 0.9 : 0.005, slow: slow);

    /// <summary>What stable did before it says nothing of what the candidate does within it.</summary>
    [Theory]
    [InlineData(800, 4, false)]
    [InlineData(950, 4, false)]
    [InlineData(800, 4, true)]
    [InlineData(950, 4, true)]
    [InlineData(980, 15, true)]
    [InlineData(980, 50, true)]
    public void Incident_OfFiveMinutesInBothArms_DoesNotTrip(int permille, int perSecond, bool slow) =>
        NeverTrips(permille, perSecond, seconds: 420, (second, _) => second is >= 60 and < 360 ? 0.4 : 0.005, slow: slow);

    [Fact]
    public void StandingErrors_AnHourOfLittleTraffic_DoNotTrip() => NeverTrips(permille: 500, perSecond: 4, seconds: 3600, (_, _) => 0.05);

    [Fact]
    public void StandingErrors_WhileLittleIsLeftOnStable_DoNotTrip() => NeverTrips(permille: 980, perSecond: 2, seconds: 3600, (_, _) => 0.05);

    [Fact]
    public void StandingErrorsBeyondTheLimit_InBothArms_DoNotTrip() => NeverTrips(permille: 500, perSecond: 40, seconds: 600, (_, _) => 0.3);

    [Theory]
    [InlineData(50)]
    [InlineData(500)]
    [InlineData(980)]
    public void FewKeysThatAlwaysFail_InWhateverArmTheyFall_DoNotTrip(int permille) =>
        NeverTrips(permille, perSecond: 40, seconds: 600, (_, key) => key < 5 ? 1 : 0.005, badKeysShare: 0.3);

    [Theory]
    [InlineData(500, 1.0)]
    [InlineData(500, 0.5)]
    [InlineData(980, 0.5)]
    [InlineData(50, 1.0)]
    public void WorseCandidate_WithManyKeysOrNone_IsTakenOutAndShown(int permille, double errors)
    {
        foreach (var keyed in new[] { false, true })
        {
            var trip = Run(seed: 1, permille, perSecond: 60, seconds: 120, (_, _) => 0.005, keyed ? 0.0 : null, moreErrors: errors);

            Assert.True(trip?.IsCandidates);
        }
    }

    /// <summary>A promoted model whose faults stable doesn't step in for: all there is to compare with is the few that are left on it.</summary>
    [Theory]
    [InlineData(15, 0.75)]
    [InlineData(20, 0.75)]
    [InlineData(30, 0.75)]
    [InlineData(50, 0.75)]
    [InlineData(50, 0.5)]
    public void WorseCandidate_WhileLittleIsLeftOnStable_IsTakenOut(int perSecond, double slow)
    {
        for (var seed = 0; seed < Rounds; seed++)
            Assert.NotNull(Run(seed, permille: 980, perSecond, seconds: 180, (_, _) => 0.005, null, moreErrors: slow, slow: true));
    }

    private static void NeverTrips(
        int permille, int perSecond, int seconds, Func<int, int, double> errors, double? badKeysShare = null, bool slow = false)
    {
        for (var seed = 0; seed < Rounds; seed++)
            Assert.Null(Run(seed, permille, perSecond, seconds, errors, badKeysShare, slow: slow));
    }

    /// <param name="errors">Chance by second and key, whatever the arm.</param>
    /// <param name="badKeysShare">Share of the requests that are of the first five of a thousand keys; null: no request has a key.</param>
    /// <param name="slow">Whether they are slow instead of errors, so that stable doesn't step in.</param>
    private static Contracts.Evidence.Trip? Run(
        int seed, int permille, int perSecond, int seconds, Func<int, int, double> errors, double? badKeysShare, double moreErrors = 0, bool slow = false)
    {
        var random = new Random(seed);
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var trial = new Trial("c1", 1, time, new LoadedDice());
        trial.Take(Tables.Candidate([], permille) with { HardLimits = [slow ? Slow : Errors] });
        var places = Enumerable.Range(0, 1000).Select(key => AssignmentRule.HashOf($"{seed} {key}", "c1")).ToArray();
        for (var second = 0; second < seconds; second++)
        {
            for (var i = 0; i < perSecond; i++)
            {
                time.Advance(TimeSpan.FromSeconds(1.0 / perSecond));
                var key = random.NextDouble() < badKeysShare ? random.Next(5) : random.Next(5, 1000);
                var place = badKeysShare is null ? random.Next(1000) : places[key].Place;
                var arm = place < permille ? ArmRole.Candidate : ArmRole.Stable;
                var bad = random.NextDouble() < errors(second, key) + (arm == ArmRole.Candidate ? moreErrors : 0);
                var seen = new Observation
                {
                    Arm = arm,
                    Place = place,
                    Key = badKeysShare is null ? null : places[key].Key,
                    Error = bad && !slow ? "failed" : null,
                    Duration = TimeSpan.FromMilliseconds(bad && slow ? 1000 : 5),
                };
                if (arm == ArmRole.Candidate && seen.Error is not null)
                    trial.Record(seen with { Arm = ArmRole.Stable, SteppedIn = true, Error = random.NextDouble() < errors(second, key) ? "failed" : null });
                if (trial.Record(seen) is { } trip)
                    return trip;
            }
        }

        return null;
    }
}
