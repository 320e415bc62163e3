using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
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
        Assert.Equal(new Trip("errors", "2 of 5 requests in 10 s failed", _time.GetUtcNow()), TripOf([Errors], Good, Bad, Good, Good, Bad));

    [Fact]
    public void Record_ErrorsOutsideTheWindow_AreForgotten()
    {
        var trial = Start(Errors);
        for (var i = 0; i < 4; i++)
            trial.Record(Bad);

        _time.Advance(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 5; i++)
            Assert.Null(trial.Record(Good));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Null(trial.Record(Bad));
        Assert.NotNull(trial.Record(Bad));
    }

    [Fact]
    public void Record_ClockIsSet_ChangesNothing()
    {
        var clock = new SettableClock();
        var trial = new Trial("c1", 1, clock);
        trial.Watch([Errors]);
        for (var i = 0; i < 4; i++)
            trial.Record(Bad);

        clock.Now = clock.Now.AddHours(1);

        Assert.Equal(clock.Now, trial.Record(Bad)?.Time);
    }

    [Fact]
    public void Record_Slow_CountsAnswersOfTheModelsOnly()
    {
        var limit = new HardLimit { Name = "p99", Type = HardLimitType.Slow, Permille = 500, Milliseconds = 100, MinRequests = 3 };
        var slow = Good with { Duration = TimeSpan.FromMilliseconds(101) };
        var trial = Start(limit);

        Assert.All(Enumerable.Range(0, 9), _ => Assert.Null(trial.Record(Good with { Reused = true })));
        Assert.All(Enumerable.Range(0, 9), _ => Assert.Null(trial.Record(slow with { Shadow = true })));
        Assert.Null(trial.Record(slow));
        Assert.Null(trial.Record(slow));
        Assert.Equal("3 of 3 requests in 10 s took longer than 100 ms", trial.Record(slow)?.Observed);
    }

    [Fact]
    public void Record_Degraded_CountsAnswersOnly()
    {
        var limit = new HardLimit { Name = "degraded", Type = HardLimitType.Degraded, Permille = 500, MinRequests = 2 };
        var degraded = Good with { Degraded = true };
        var trial = Start(limit);

        Assert.All(Enumerable.Range(0, 9), _ => Assert.Null(trial.Record(degraded with { Shadow = true })));
        Assert.Null(trial.Record(degraded));
        Assert.Equal("2 of 2 requests in 10 s were answered without the tier that should have decided", trial.Record(degraded)?.Observed);
    }

    [Fact]
    public void Record_ShadowErrors_TripLikeOthers() => Assert.NotNull(TripOf([Errors], [.. Enumerable.Repeat(Bad with { Shadow = true }, 5)]));

    [Fact]
    public void Record_StableErrors_NeverTrip() => Assert.Null(TripOf([Errors], [.. Enumerable.Repeat(Bad with { Arm = ArmRole.Stable, InvalidScores = true }, 50)]));

    [Fact]
    public void Record_InvalidScores_TripAtTheThirdRequestWhateverTheTime()
    {
        var trial = Start();

        Assert.Null(trial.Record(Bad with { InvalidScores = true }));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Null(trial.Record(Good with { InvalidScores = true, Shadow = true }));
        Assert.Equal(BuiltInLimit.InvalidScores, trial.Record(Bad with { InvalidScores = true })?.Limit);
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
        Assert.Equal(new Trip(BuiltInLimit.ConstantScores, "all passages got the same score in 20 requests in a row", _time.GetUtcNow()), trial.Record(constant));
    }

    [Fact]
    public void Watch_LimitStays_KeepsWhatItHasSeen()
    {
        var trial = Start(Errors);
        for (var i = 0; i < 4; i++)
            trial.Record(Bad);

        trial.Watch([Errors with { Name = "other", Permille = 1000 }, Errors, Errors]);

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
        Assert.Equal((105, 5, 0), (trial.Status(700).Candidate.Requests, trial.Status(700).Candidate.Errors, trial.Status(700).TrafficPermille));
    }

    /// <summary>Whatever is seen, and whenever: what a ring of slots counts is what a list of all requests gives.</summary>
    [Fact]
    public void Window_AnyRequests_CountsThoseOfTheLastSeconds() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
        Gen.Zip(Gen.Choose(0, 4), ArbMap.Default.GeneratorFor<bool>()).ListOf().ToArbitrary(),
        steps =>
        {
            var window = new HardLimitWindow(Errors with { WindowSeconds = 3 });
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

    private Trial Start(params HardLimit[] limits)
    {
        var trial = new Trial("c1", 1, _time);
        trial.Watch(limits);
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
