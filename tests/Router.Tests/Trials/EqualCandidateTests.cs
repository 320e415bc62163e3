using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Trials;

/// <summary>What happens to both arms alike must not take the candidate's traffic away. Stable steps in where the candidate fails, as it does in a router.</summary>
public sealed class EqualCandidateTests
{
    private const int Rounds = 20;

    private static readonly HardLimit[] Limits = [new HardLimit { Name = "errors", Type = HardLimitType.Error, Permille = 200 }];

    [Fact]
    public void Blip_OfThreeSecondsInBothArms_DoesNotTrip() =>
        NeverTrips(permille: 500, perSecond: 20, seconds: 120, (second, _) => second is >= 60 and < 63 ? 0.9 : 0.005);

    [Fact]
    public void Blip_WhileLittleIsLeftOnStable_DoesNotTrip() =>
        NeverTrips(permille: 980, perSecond: 20, seconds: 120, (second, _) => second is >= 60 and < 63 ? 0.9 : 0.005);

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

    private static void NeverTrips(int permille, int perSecond, int seconds, Func<int, int, double> errors, double? badKeysShare = null)
    {
        for (var seed = 0; seed < Rounds; seed++)
            Assert.Null(Run(seed, permille, perSecond, seconds, errors, badKeysShare));
    }

    /// <param name="errors">Chance by second and key, whatever the arm.</param>
    /// <param name="badKeysShare">Share of the requests that are of the first five of a thousand keys; null: no request has a key.</param>
    private static Contracts.Evidence.Trip? Run(
        int seed, int permille, int perSecond, int seconds, Func<int, int, double> errors, double? badKeysShare, double moreErrors = 0)
    {
        var random = new Random(seed);
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var trial = new Trial("c1", 1, time, new LoadedDice());
        trial.Take(Tables.Candidate([], permille) with { HardLimits = Limits });
        var places = Enumerable.Range(0, 1000).Select(key => AssignmentRule.HashOf($"{seed} {key}", "c1")).ToArray();
        for (var second = 0; second < seconds; second++)
        {
            for (var i = 0; i < perSecond; i++)
            {
                time.Advance(TimeSpan.FromSeconds(1.0 / perSecond));
                var key = random.NextDouble() < badKeysShare ? random.Next(5) : random.Next(5, 1000);
                var place = badKeysShare is null ? random.Next(1000) : places[key].Place;
                var arm = place < permille ? ArmRole.Candidate : ArmRole.Stable;
                var seen = new Observation
                {
                    Arm = arm,
                    Place = place,
                    Key = badKeysShare is null ? null : places[key].Key,
                    Error = random.NextDouble() < errors(second, key) + (arm == ArmRole.Candidate ? moreErrors : 0) ? "failed" : null,
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
