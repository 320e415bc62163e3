using FsCheck;
using FsCheck.Fluent;
using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis;
using Rerank.Operator.Analysis.Tests;
using Rerank.Operator.Api;

namespace Rerank.Operator.Tests.Analysis;

public sealed class EvidenceLedgerTests
{
    [Fact]
    public void With_SameProcessAgain_CountsOnlyTheLast()
    {
        var ledger = Empty.With(News(("a", Status(10)))).With(News(("a", Status(25))));

        Assert.Equal(25, ledger.Total().Candidate.Requests);
    }

    [Fact]
    public void With_RestartedRouter_AddsTheNewProcessToTheOld()
    {
        var ledger = Empty.With(News(("a", Status(10)), ("b", Status(1)))).With(News(("c", Status(3))));

        Assert.Equal(14, ledger.Total().Candidate.Requests);
    }

    [Theory]
    [InlineData("other", 1)]
    [InlineData("rev", 2)]
    public void With_AnotherEpoch_IsPassedOver(string revision, int attempt)
    {
        var ledger = Empty.With(News(("a", Status(10) with { Revision = revision, Attempt = attempt })));

        Assert.Equal(0, ledger.Total().Candidate.Requests);
    }

    [Fact]
    public void Total_Histograms_AreAddedByBucket()
    {
        var one = Status(1) with { Shadow = ShadowEvidence.None with { Overlap = new(new Dictionary<int, long> { [90] = 2, [100] = 1 }) } };
        var two = Status(1) with { Shadow = ShadowEvidence.None with { Overlap = new(new Dictionary<int, long> { [100] = 5 }) } };

        var total = Empty.With(News(("a", one), ("b", two))).Total();

        Assert.Equal(new Dictionary<int, long> { [90] = 2, [100] = 6 }, total.Shadow.Overlap.Counts);
    }

    [Fact]
    public void Trip_OfAnyRouter_IsTheFirst()
    {
        var early = new Trip("errors", "9 of 10", DateTimeOffset.UnixEpoch);
        var late = early with { Time = DateTimeOffset.UnixEpoch.AddSeconds(1) };

        Assert.Equal(early, Empty.With(News(("a", Status(1) with { Trip = late }), ("b", Status(1) with { Trip = early }))).Trip());
    }

    /// <summary>However reports are repeated, reordered or lost in between: the sum is that of the largest report of each process.</summary>
    [Fact]
    public void Total_ReportsInAnyOrder_IsTheSumOfTheLargest() => Prop.ForAll(
        ArbMap.Default.ArbFor<(byte Process, ushort Requests)[]>(),
        reports =>
        {
            var ledger = Empty;
            foreach (var (process, requests) in reports)
                ledger = ledger.With(News(($"{process % 5}", Status(requests))));
            return ledger.Total().Candidate.Requests == reports.GroupBy(r => r.Process % 5).Sum(g => g.Max(r => (long)r.Requests));
        }).QuickCheckThrowOnFailure();

    /// <summary>A closed stratum is read once, whoever asks how often, and whatever a stored ledger of before had read.</summary>
    [Fact]
    public void With_StrataAgain_AreCountedOnce()
    {
        var once = Empty.With(News()).With(News(("a", Strata(1, 2, 3))));
        var again = once.With(News(("a", Strata(1, 2, 3)))).With(News(("a", Strata(3, 4)))).With(News(("a", Strata(2, 3, 4))));

        Assert.Equal(3 * 100, Errors(once).Counts.CandidateTrials);
        Assert.Equal(4 * 100, Errors(again).Counts.CandidateTrials);
        Assert.Equal(4, Errors(again).Strata);
    }

    [Fact]
    public void With_StrataOfARestartedRouter_AreAdded() =>
        Assert.Equal(3, Errors(Empty.With(News()).With(News(("a", Strata(1, 2)))).With(News(("b", Strata(1))))).Strata);

    [Fact]
    public void With_AnotherEpoch_ForgetsWhatShowedItWithinAndKeepsWhatShowedHarm()
    {
        var before = Empty.With(News()).With(News(("a", Strata(1, 2, 3))));
        var after = before.With(News() with { Epoch = 2 });

        Assert.NotEqual(0, Errors(before).LogSafety);
        Assert.Equal((0, default), (Errors(after).LogSafety, Errors(after).EpochCounts));
        Assert.Equal(Errors(before).Harm, Errors(after).Harm);
        // While it bakes, what the last step has shown stands.
        Assert.Equal(Errors(before).Safety, Errors(before.With(News() with { Epoch = 2, KeepsSafety = true })).Safety);
    }

    [Fact]
    public void With_AnotherMargin_BeginsAnew()
    {
        var ledger = Empty.With(News()).With(News(("a", Strata(1, 2))));
        var other = new AnalysisSpec { Metrics = [new() { Name = "errors", Type = MetricType.ErrorRate, MaxDeltaPermille = 20 }] };

        Assert.Equal(0, Errors(ledger.With(News() with { Spec = other })).Strata);
    }

    [Fact]
    public void With_ManyRestartedRouters_IsBoundedAndLosesNothing()
    {
        var ledger = Empty.With(News());
        for (var i = 0; i < 300; i++)
        {
            var places = new PlaceEvidence(1, 500, new Dictionary<string, PlaceCounts> { [Shares.Errors] = new(PlaceCounts.Pack([1, 2]), PlaceCounts.Pack([1])) });
            ledger = ledger.With(News(($"{i}", Status(10) with { Places = places, Epoch = 1 })));
        }

        Assert.InRange(ledger.Processes.Count, 1, 20);
        Assert.Equal(3000, ledger.Total().Candidate.Requests);
        var (trials, bad) = ledger.PlacesOf(Shares.Errors)!.Value;
        Assert.Equal((300, 600, 300), (trials[0], trials[1], bad[0]));
        // One that was folded and comes back isn't counted again.
        Assert.Equal(3000, ledger.With(News(("0", Status(10)))).Total().Candidate.Requests);
    }

    /// <summary>The operator was cut off from most routers for a while: they are still there.</summary>
    [Fact]
    public void With_ManyRoutersThatDontAnswer_FoldsNoneOfThem()
    {
        (string, CandidateStatus)[] all = [.. Enumerable.Range(0, 40).Select(i => ($"{i}", Status(10)))];
        var ledger = Empty.With(News(all)).With(News(all[0]) with { Unanswered = 39 });

        Assert.Equal(40, ledger.Processes.Count);
        Assert.NotNull(ledger.With(News(("7", Status(11) with { Trip = new("errors", "9 of 10", DateTimeOffset.UnixEpoch) }))).Trip());
    }

    [Fact]
    public void Trip_OneThatIsTheCandidates_ComesBeforeAnEarlierOneThatMayNotBe()
    {
        var early = new Trip("errors", "9 of 10", DateTimeOffset.UnixEpoch) { IsCandidates = false };
        var late = new Trip("errors", "19 of 20", DateTimeOffset.UnixEpoch.AddSeconds(1)) { IsCandidates = true };

        Assert.Equal(late, Empty.With(News(("a", Status(1) with { Trip = early }), ("b", Status(1) with { Trip = late }))).Trip());
    }

    [Fact]
    public void With_ClockSetBack_LooksAtPlacesAllTheSame()
    {
        var now = Judging.News(Spec, 500).Now;
        var ledger = Empty.With(News() with { Now = now.AddHours(5) }).With(News());

        Assert.Equal(now, ledger.EpochSince);
    }

    [Fact]
    public void With_KeysOfACandidateThatFails_ShowHarmAtALook()
    {
        var random = new Random(1);
        int[] trials = new int[1000], bad = new int[1000];
        for (var i = 0; i < 20_000; i++)
        {
            var place = random.Next(1000);
            trials[place]++;
            bad[place] += random.NextDouble() < (place < 500 ? 0.06 : 0.005) ? 1 : 0;
        }

        var places = new PlaceEvidence(1, 500, new Dictionary<string, PlaceCounts> { [Shares.Errors] = new(PlaceCounts.Pack(trials), PlaceCounts.Pack(bad)) });
        var ledger = Empty.With(News()).With(News(("a", Status(10) with { Places = places, Epoch = 1 })));
        Assert.False(Errors(ledger).HarmShown);

        ledger = ledger.With(News(("a", Status(10) with { Places = places, Epoch = 1 })) with { Now = Judging.News(Spec, 500).Now + Levels.LookAt(0) });

        Assert.True(Errors(ledger).HarmShown);
        Assert.Equal(1, Errors(ledger).Places.Done);
    }

    private static AnalysisSpec Spec { get; } = new() { Metrics = [new() { Name = "errors", Type = MetricType.ErrorRate, MaxDeltaPermille = 10 }] };

    private static EvidenceLedger Empty => EvidenceLedger.Empty("rev", 1);

    private static LedgerNews News(params (string Id, CandidateStatus Status)[] reports) => Judging.News(Spec, 500, null, reports);

    private static ShareTest Errors(EvidenceLedger ledger) => ledger.Tests["errors"];

    private static CandidateStatus Strata(params int[] numbers) => Status(0) with
    {
        Strata = [.. numbers.Select(number => new StratumEvidence(number, Judging.Epoch, new Dictionary<string, ShareCounts> { [Shares.Errors] = new(100, 1, 100, 2) }))],
    };

    private static CandidateStatus Status(long requests) => Judging.Status(requests);
}
