using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Trials;

public sealed class HardLimitTests
{
    private static readonly HardLimit Errors = new() { Name = "errors", Type = HardLimitType.Error, Permille = 200, WindowSeconds = 10, MinRequests = 5 };

    private static readonly Observation Good = new() { Arm = ArmRole.Candidate, Duration = TimeSpan.FromMilliseconds(5) };

    private static readonly Observation Bad = Good with { Error = "unavailable" };

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Record_FewRequests_DoNotTrip() => Assert.Null(TripOf([Errors], Bad, Bad, Bad, Bad));

    [Fact]
    public void Record_ShareAtTheLimit_DoesNotTrip() => Assert.Null(TripOf([Errors], Good, Good, Good, Good, Bad, Good, Good, Good, Good, Bad));

    [Fact]
    public void Record_ShareAboveTheLimit_TripsAndSaysWhatWasSeen() =>
        Assert.Equal(new Trip("errors", "6 of 7 requests in 10 s failed, 20 % allowed; stable had none", _time.GetUtcNow()) { IsCandidates = false }, TripOf([Errors], Good, Bad, Bad, Bad, Bad, Bad, Bad));

    [Fact]
    public void Record_ShareAboveTheLimitByChance_DoesNotTrip() => Assert.Null(TripOf([Errors], Good, Bad, Good, Good, Bad));

    [Fact]
    public void Record_ErrorsOutsideTheWindow_AreForgotten()
    {
        var trial = Start(Errors);
        for (var i = 0; i < 4; i++)
            trial.Record(Bad);

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.All(Enumerable.Range(0, 2), _ => Assert.Null(trial.Record(Bad)));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.All(Enumerable.Range(0, 2), _ => Assert.Null(trial.Record(Bad)));
        Assert.NotNull(trial.Record(Bad));
    }

    [Fact]
    public void Record_ClockIsSet_ChangesNothing()
    {
        var clock = new SettableClock();
        var trial = new Trial("c1", 1, clock, new LoadedDice());
        trial.Take(Terms(Errors));
        for (var i = 0; i < 4; i++)
            trial.Record(Bad);

        clock.Now = clock.Now.AddHours(1);

        Assert.Equal(clock.Now, trial.Record(Bad)?.Time);
    }

    [Fact]
    public void Record_Slow_CountsAnswersOfTheModelsOnly()
    {
        var limit = new HardLimit { Name = "p99", Type = HardLimitType.Slow, Permille = 50, Milliseconds = 100, MinRequests = 3 };
        var slow = Good with { Duration = TimeSpan.FromMilliseconds(101) };
        var trial = Start(limit);

        Assert.All(Enumerable.Range(0, 9), _ => Assert.Null(trial.Record(Good with { Reused = true })));
        Assert.All(Enumerable.Range(0, 9), _ => Assert.Null(trial.Record(slow with { Shadow = true })));
        Assert.Null(trial.Record(slow));
        Assert.Null(trial.Record(slow));
        Assert.Equal("3 of 3 requests in 10 s took longer than 100 ms, 5 % allowed; stable had none", trial.Record(slow)?.Observed);
    }

    [Fact]
    public void Record_BothArmsAreSlow_DoesNotTrip()
    {
        var limit = new HardLimit { Name = "p99", Type = HardLimitType.Slow, Permille = 500, Milliseconds = 100 };
        var trial = Start(limit);
        var slow = Good with { Duration = TimeSpan.FromSeconds(1) };
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(trial.Record(slow with { Arm = ArmRole.Stable }));
            Assert.Null(trial.Record(slow));
        }
    }

    [Fact]
    public void Record_Degraded_CountsAnswersOnly()
    {
        var limit = new HardLimit { Name = "degraded", Type = HardLimitType.Degraded, Permille = 20, MinRequests = 2 };
        var degraded = Good with { Degraded = true };
        var trial = Start(limit);

        Assert.All(Enumerable.Range(0, 9), _ => Assert.Null(trial.Record(degraded with { Shadow = true })));
        Assert.Null(trial.Record(degraded));
        Assert.Equal("2 of 2 requests in 10 s were answered without the tier that should have decided, 2 % allowed; stable had none", trial.Record(degraded)?.Observed);
    }

    [Fact]
    public void Record_ShadowErrors_TripLikeOthers() => Assert.NotNull(TripOf([Errors], [.. Enumerable.Repeat(Bad with { Shadow = true }, 5)]));

    [Fact]
    public void Record_StableErrors_NeverTrip() => Assert.Null(TripOf([Errors], [.. Enumerable.Repeat(Bad with { Arm = ArmRole.Stable, InvalidScores = true }, 50)]));

    [Fact]
    public void Record_InvalidScores_TripAtTheThirdWithinAMinuteWhereStablesAreFinite()
    {
        var trial = Start();
        var invalid = Bad with { InvalidScores = true, StableAnswered = true };

        Assert.All(Enumerable.Range(0, 50), _ => Assert.Null(trial.Record(invalid with { StableAnswered = false })));
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(trial.Record(invalid));
            _time.Advance(TimeSpan.FromSeconds(30));
        }

        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(trial.Record(invalid));
        Assert.Null(trial.Record(Good with { InvalidScores = true, StableAnswered = true, Shadow = true }));
        var trip = trial.Record(invalid);
        Assert.Equal((BuiltInLimit.InvalidScores, true), (trip?.Limit, trip?.IsCandidates));
    }

    [Fact]
    public void Record_ConstantScores_TripOnlyInARow()
    {
        var trial = Start();
        var constant = Good with { Constant = true };

        Assert.All(Enumerable.Range(0, 19), _ => Assert.Null(trial.Record(constant)));
        Assert.Null(trial.Record(Good with { Constant = false }));
        Assert.All(Enumerable.Range(0, 19), _ => Assert.Null(trial.Record(constant)));
        Assert.Null(trial.Record(Good));
        Assert.Equal(new Trip(BuiltInLimit.ConstantScores, "all passages got the same score in 20 requests in a row", _time.GetUtcNow()) { IsCandidates = false }, trial.Record(constant));
    }

    [Fact]
    public void Record_ConstantScoresOfOneKey_AddToTheRowEveryTenSeconds()
    {
        var trial = Start();
        var constant = Good with { Constant = true, Key = 7 };

        for (var i = 0; i < 19; i++)
        {
            Assert.All(Enumerable.Range(0, 50), _ => Assert.Null(trial.Record(constant)));
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.NotNull(trial.Record(constant));
    }

    [Fact]
    public void Record_ConstantScoresOfBothArms_AreNotTheCandidates()
    {
        var trial = Start();
        var constant = Good with { Constant = true };
        trial.Record(constant with { Arm = ArmRole.Stable });

        Assert.All(Enumerable.Range(0, 50), _ => Assert.Null(trial.Record(constant)));
        _time.Advance(TimeSpan.FromSeconds(60));
        trial.Record(Good with { Arm = ArmRole.Stable, Constant = false });
        Assert.All(Enumerable.Range(0, 19), _ => Assert.Null(trial.Record(constant)));

        Assert.True(trial.Record(constant)?.IsCandidates);
    }

    [Fact]
    public void Record_BothArmsAlike_DoesNotTrip()
    {
        var trial = Start(Errors);
        for (var i = 0; i < 200; i++)
        {
            Assert.Null(trial.Record(Bad with { Arm = ArmRole.Stable }));
            Assert.Null(trial.Record(Bad));
        }
    }

    [Fact]
    public void Record_StableDoesWell_IsTheCandidates()
    {
        var trial = Start(Errors);
        for (var i = 0; i < 60; i++)
            trial.Record(Good with { Arm = ArmRole.Stable });

        var trips = Enumerable.Range(0, 8).Select(_ => trial.Record(Bad)).ToArray();

        Assert.All(trips[..4], Assert.Null);
        var trip = trips.Single(trip => trip is not null)!;
        Assert.True(trip.IsCandidates);
        Assert.EndsWith("requests in 10 s failed, 20 % allowed; 0 of 60 of stable's", trip.Observed, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_TripsWithKeys_SaysWhatTheArmsAreComparedBy()
    {
        var trial = Start(Errors with { MinRequests = 12 });
        for (var key = 100UL; key < 160; key++)
            trial.Record(Good with { Arm = ArmRole.Stable, Key = key });
        Trip? trip = null;
        for (var second = 0; second < 3; second++)
        {
            for (var key = 0UL; key < 5; key++)
                trip ??= trial.Record(Bad with { Key = key });
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("12 of 12 requests in 10 s failed, 20 % allowed; a key counted once, 5 of 5 and 0 of 60 of stable's", trip?.Observed);
    }

    [Fact]
    public void Record_StableHasFewAndOneIsBad_WaitsForMore()
    {
        var trial = Start(Errors);
        trial.Record(Good with { Arm = ArmRole.Stable });
        trial.Record(Bad with { Arm = ArmRole.Stable });

        Assert.All(Enumerable.Range(0, 20), _ => Assert.Null(trial.Record(Bad)));
    }

    [Fact]
    public void Record_StableHasFewAndTheyAreGood_TripsWithoutSayingWhose()
    {
        var trial = Start(Errors);
        trial.Record(Good with { Arm = ArmRole.Stable });

        var trips = Enumerable.Range(0, 5).Select(_ => trial.Record(Bad)).ToArray();

        Assert.False(trips[4]!.IsCandidates);
    }

    [Fact]
    public void Record_StableStepsIn_IsWhatTheCandidateIsComparedWith()
    {
        var trial = Start(Errors);
        for (var i = 0; i < 20; i++)
        {
            trial.Record(Bad with { Arm = ArmRole.Stable, SteppedIn = true });
            Assert.Null(trial.Record(Bad));
        }

        Assert.Equal(0, trial.Status().Stable.Requests);
    }

    /// <summary>One key that always fails is neither more than one request a second, nor more than one of those that are compared.</summary>
    [Fact]
    public void Record_OneKeyFails_DoesNotTrip()
    {
        var trial = Start(Errors);
        for (var i = 0; i < 6000; i++)
        {
            var other = (ulong)(1000 + i % 300);
            Assert.Null(trial.Record(Bad with { Key = 1 }));
            if (i % 3 == 0)
                Assert.Null(trial.Record(Good with { Key = other }));
            Assert.Null(trial.Record(Good with { Key = other + 5000, Arm = ArmRole.Stable }));
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>Of so few keys a fourth is beyond the limit, but not beyond what chance makes of it, whether or not stable has any.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Record_TwoOfEightKeysAlwaysFail_DoNotTrip(bool stableHasOthers)
    {
        var trial = Start(Errors);
        for (var second = 0; second < 600; second++)
        {
            for (var key = 0UL; key < 8; key++)
            {
                Assert.Null(trial.Record((key < 2 ? Bad : Good) with { Key = key }));
                if (stableHasOthers)
                    Assert.Null(trial.Record(Good with { Key = 100 + key % 2, Arm = ArmRole.Stable }));
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Watch_LimitStays_KeepsWhatItHasSeen()
    {
        var trial = Start(Errors);
        for (var i = 0; i < 4; i++)
            trial.Record(Bad);

        trial.Take(Terms(Errors with { Name = "other", Permille = 1000 }, Errors, Errors));

        Assert.Equal("errors", trial.Record(Bad)?.Limit);
    }

    [Fact]
    public void Record_AfterATrip_StaysTrippedAndCountsOn()
    {
        var trial = Start(Errors);
        for (var i = 0; i < 5; i++)
            trial.Record(Bad);
        var trip = trial.Trip;

        for (var i = 0; i < 100; i++)
            Assert.Null(trial.Record(Good));

        Assert.NotNull(trip);
        Assert.Same(trip, trial.Trip);
        Assert.Equal((105, 5, 0), (trial.Status().Candidate.Requests, trial.Status().Candidate.Errors, trial.Status(trafficPermille: 700).TrafficPermille));
    }

    /// <summary>Whatever is seen, and whenever: what a ring of slots counts is what a list of all requests gives.</summary>
    [Fact]
    public void Window_AnyRequests_CountsThoseOfTheLastSeconds() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
        Gen.Zip(Gen.Choose(0, 4), ArbMap.Default.GeneratorFor<bool>()).ListOf().ToArbitrary(),
        steps =>
        {
            var window = new WindowCounts(3);
            var seen = new List<(long Second, bool Bad)>();
            var second = 0L;
            return steps.All(step =>
            {
                second += step.Item1;
                window.Add(second, step.Item2);
                seen.Add((second, step.Item2));
                var last = seen.Where(request => request.Second > second - 3).ToArray();
                return window.All == last.Length && window.Bad == last.Count(request => request.Bad);
            });
        }));

    private static CandidateArm Terms(params HardLimit[] limits) => Tables.Candidate([], 500) with { HardLimits = limits };

    private Trial Start(params HardLimit[] limits)
    {
        var trial = new Trial("c1", 1, _time, new LoadedDice());
        trial.Take(Terms(limits));
        return trial;
    }

    private Trip? TripOf(HardLimit[] limits, params Observation[] observations)
    {
        var trial = Start(limits);
        foreach (var observation in observations)
            trial.Record(observation);
        return trial.Trip;
    }

    /// <summary>Is set by hand, while no time passes.</summary>
    private sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => 0;
    }
}
