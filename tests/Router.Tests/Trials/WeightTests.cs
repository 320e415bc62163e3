using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Trials;

/// <summary>A router may take a candidate's weight away by itself, and never gives any.</summary>
public sealed class WeightTests
{
    private static readonly HardLimit[] Limits =
    [
        new() { Name = "errors", Type = HardLimitType.Error, Permille = 300, WindowSeconds = 5, MinRequests = 4 },
        new() { Name = "degraded", Type = HardLimitType.Degraded, Permille = 500, WindowSeconds = 5, MinRequests = 4 },
    ];

    private static readonly Gen<Observation> Observations =
        from arm in Gen.Elements(ArmRole.Stable, ArmRole.Candidate)
        from shadow in Gen.Elements(true, false)
        from error in Gen.Elements(null, null, null, "unavailable")
        from degraded in Gen.Elements(true, false, false)
        from invalid in Gen.Frequency((20, Gen.Constant(false)), (1, Gen.Constant(true)))
        from constant in Gen.Elements(true, true, true, true, false)
        select new Observation { Arm = arm, Shadow = shadow, Error = error, Degraded = degraded, InvalidScores = invalid, Constant = constant };

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (20, Observations.Select(observation => new Step(Seen: observation))),
        (2, Gen.Choose(1, 8).Select(seconds => new Step(Seconds: seconds))),
        (2, Gen.Choose(0, 1000).Select(permille => new Step(Permille: permille))),
        (1, Gen.Constant(new Step(Confirm: true))));

    [Fact]
    public void TrafficPermille_WhateverHappens_IsAtMostTheTablesAndRisesOnlyWithATable() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
        Steps.ListOf().ToArbitrary(),
        steps =>
        {
            var time = new FakeTimeProvider();
            var trial = new Trial("c1", 1, time, new LoadedDice());
            trial.Take(Tables.Candidate([], 500) with { HardLimits = Limits });
            var table = Table(500, trial) with { Confirmed = false };
            var weight = table.TrafficPermille;
            return weight == 0 && steps.All(step =>
            {
                var tripped = trial.Trip is not null;
                if (step.Seen is { } seen)
                    trial.Record(seen);
                time.Advance(TimeSpan.FromSeconds(step.Seconds));
                if (step.Permille is { } permille)
                    table = Table(permille, trial);
                if (step.Confirm)
                    table.Confirm();

                var before = weight;
                weight = table.TrafficPermille;
                var mayRise = step.Permille is not null || step.Confirm;
                return weight <= table.Table.Candidate!.TrafficPermille && (mayRise || weight <= before) && (!tripped || weight == 0)
                    && trial.Status(trafficPermille: weight).TrafficPermille == weight;
            });
        }));

    private static ServingTable Table(int permille, Trial trial)
    {
        var candidate = Tables.Candidate([], permille);
        var table = Tables.Table([], []) with { Candidate = candidate };
        return new ServingTable
        {
            Table = table,
            Stable = new ServingArm { Role = ArmRole.Stable, Arm = table.Stable, Tiers = [], Activations = [] },
            Candidate = new ServingArm { Role = ArmRole.Candidate, Arm = candidate.Arm, Tiers = [], Activations = [] },
            Trial = trial,
            Confirmed = true,
            Clusters = [],
        };
    }

    private sealed record Step(Observation? Seen = null, int Seconds = 0, int? Permille = null, bool Confirm = false);
}
