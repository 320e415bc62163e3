using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using Rerank.Router.Tests.Stubs;
using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Trials;

public sealed class ComparedSharesTests
{
    private static readonly CandidateArm Half = Tables.Candidate([], 500) with { Epoch = 3 };

    private static readonly Observation Stables = new() { Arm = ArmRole.Stable, Epoch = 3, Place = 700, Duration = TimeSpan.FromMilliseconds(10) };

    private static readonly Observation Candidates = Stables with { Arm = ArmRole.Candidate, Place = 200 };

    private readonly FakeTimeProvider _time = new();
    private readonly LoadedDice _dice = new();
    private readonly Trial _trial;

    public ComparedSharesTests()
    {
        _trial = new Trial("c1", 1, _time, _dice);
        _trial.Take(Half);
    }

    [Fact]
    public void Strata_RequestsWithoutAKey_AreCountedByArm()
    {
        _trial.Record(Stables);
        _trial.Record(Stables with { Degraded = true });
        _trial.Record(Candidates with { Error = "failed" });
        Assert.Empty(_trial.Status().Strata);

        _time.Advance(StratumEvidence.Duration);

        var stratum = _trial.Status().Strata.Single();
        Assert.Equal((1, 3), (stratum.Number, stratum.Epoch));
        Assert.Equal(new ShareCounts(2, 0, 1, 1), stratum.Shares[Shares.Errors]);
        Assert.Equal(new ShareCounts(2, 1, 1, 0), stratum.Shares[Shares.Degraded]);
        Assert.Equal([Shares.Degraded, Shares.Errors], stratum.Shares.Keys.Order(StringComparer.Ordinal));
        Assert.Null(_trial.Status().Places);
    }

    [Fact]
    public void Strata_ThatTheAskerHas_AreNotToldAgainAndOnlyTheLastAreKept()
    {
        for (var i = 0; i < StratumEvidence.Kept + 5; i++)
        {
            _trial.Record(Stables);
            _time.Advance(StratumEvidence.Duration);
        }

        Assert.Equal(Enumerable.Range(6, StratumEvidence.Kept).Select(i => (long)i), _trial.Status().Strata.Select(stratum => stratum.Number));
        Assert.Equal([StratumEvidence.Kept + 5], _trial.Status(StratumEvidence.Kept + 4).Strata.Select(stratum => stratum.Number));
    }

    [Fact]
    public void Strata_WithoutRequests_AreNone()
    {
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_trial.Status().Strata);

        _trial.Record(Stables);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, _trial.Status().Strata.Single().Number);
    }

    [Fact]
    public void Take_AnotherEpoch_EndsTheStratumAndEmptiesThePlaces()
    {
        _trial.Record(Stables);
        _trial.Record(Stables with { Key = 1 });

        _trial.Take(Half with { Epoch = 4, TrafficPermille = 600 });
        _trial.Record(Stables);
        _trial.Record(Stables with { Key = 1 });
        _trial.Record(Stables with { Epoch = 4, Key = 2 });
        _time.Advance(StratumEvidence.Duration);

        var status = _trial.Status();
        Assert.Equal([3], status.Strata.Select(stratum => stratum.Epoch));
        Assert.Equal((4, 600, 1), (status.Places!.Epoch, status.Places.TrafficPermille, Trials(status, Shares.Errors).Sum()));
        Assert.Equal(5, status.Stable.Requests);
    }

    [Fact]
    public void Take_SameTermsAgain_ChangesNothing()
    {
        _trial.Record(Stables with { Key = 1 });

        _trial.Take(Half with { MirrorPermille = 1, LatencyTests = [] });

        Assert.Equal(1, Trials(_trial.Status(), Shares.Errors).Sum());
    }

    [Fact]
    public void Places_RequestsWithAKey_AreCountedWhereTheirKeyIs()
    {
        _trial.Record(Stables with { Key = 1, Error = "failed" });
        _trial.Record(Stables with { Key = 1 });
        _trial.Record(Candidates with { Key = 2 });
        _time.Advance(StratumEvidence.Duration);

        var status = _trial.Status();
        Assert.Empty(status.Strata);
        Assert.Equal((2, 1), (Trials(status, Shares.Errors)[700], Trials(status, Shares.Errors)[200]));
        Assert.Equal((1, 0), (Bad(status, Shares.Errors)[700], Bad(status, Shares.Errors)[200]));
    }

    [Fact]
    public void Record_ArmThatThePlaceDoesNotStandFor_IsNotCompared()
    {
        _trial.Record(Stables with { Place = 200 });
        _trial.Record(Candidates with { Place = 700, Key = 1 });
        _time.Advance(StratumEvidence.Duration);

        Assert.Empty(_trial.Status().Strata);
        Assert.Null(_trial.Status().Places);
    }

    [Fact]
    public void Record_ShadowsAndThoseWhoStepIn_AreNotCompared()
    {
        _trial.Record(Stables with { Shadow = true });
        _trial.Record(Stables with { SteppedIn = true });
        _time.Advance(StratumEvidence.Duration);

        Assert.Empty(_trial.Status().Strata);
    }

    [Fact]
    public void Record_ManyOfOneKey_CountUpToTheCapInAMinute()
    {
        for (var i = 0; i < 3 * PlaceEvidence.MostOfOneKey; i++)
        {
            _trial.Record(Stables with { Key = 1 });
            _trial.Record(Stables);
        }

        _trial.Record(Stables with { Key = 2 });
        Assert.Equal(PlaceEvidence.MostOfOneKey + 1, Trials(_trial.Status(), Shares.Errors)[700]);
        _time.Advance(TimeSpan.FromMinutes(1));
        _trial.Record(Stables with { Key = 1 });

        Assert.Equal(PlaceEvidence.MostOfOneKey + 2, Trials(_trial.Status(), Shares.Errors)[700]);
        Assert.Equal(3 * PlaceEvidence.MostOfOneKey, _trial.Status().Strata.Single().Shares[Shares.Errors].StableTrials);
    }

    [Fact]
    public void Slow_IsJudgedByStablesQuantileBeforeTheStratum()
    {
        _trial.Take(Half with { LatencyTests = [new LatencyTest("p90", 900, 8)] });
        for (var i = 0; i < 200; i++)
            _trial.Record(Stables with { Duration = TimeSpan.FromMilliseconds(i < 190 ? 10 : 100) });
        _time.Advance(StratumEvidence.Duration);

        // Threshold: 10 ms. With 8 steps of 16 to a doubling, the candidate's is about 14 ms.
        _trial.Record(Stables with { Duration = TimeSpan.FromMilliseconds(10) });
        _trial.Record(Stables with { Duration = TimeSpan.FromMilliseconds(12) });
        _trial.Record(Candidates with { Duration = TimeSpan.FromMilliseconds(12) });
        _trial.Record(Candidates with { Duration = TimeSpan.FromMilliseconds(16) });
        _trial.Record(Candidates with { Duration = TimeSpan.FromMilliseconds(16), Key = 4 });
        _trial.Record(Candidates with { Duration = TimeSpan.FromMilliseconds(16), Reused = true });
        _trial.Record(Candidates with { Duration = TimeSpan.FromMilliseconds(16), Incomparable = true });
        _trial.Record(Candidates with { Duration = TimeSpan.FromMilliseconds(16), Degraded = true });
        _trial.Record(Candidates with { Duration = TimeSpan.FromMilliseconds(16), Error = "deadline" });
        _time.Advance(StratumEvidence.Duration);

        var strata = _trial.Status().Strata;
        Assert.DoesNotContain(Shares.Slow("p90"), strata[0].Shares.Keys);
        Assert.Equal(new ShareCounts(2, 1, 2, 1), strata[1].Shares[Shares.Slow("p90")]);
        Assert.Equal((1, 1), (Trials(_trial.Status(), Shares.Slow("p90"))[200], Bad(_trial.Status(), Shares.Slow("p90"))[200]));
    }

    [Fact]
    public void Slow_TooFewOfStablesAnswers_HasNoTrials()
    {
        _trial.Take(Half with { LatencyTests = [new LatencyTest("p90", 900, 8)] });
        for (var i = 0; i < 99; i++)
            _trial.Record(Stables);
        _time.Advance(StratumEvidence.Duration);
        _trial.Record(Candidates);
        _time.Advance(StratumEvidence.Duration);

        Assert.All(_trial.Status().Strata, stratum => Assert.DoesNotContain(Shares.Slow("p90"), stratum.Shares.Keys));
    }

    [Fact]
    public void Slow_StablesTimesChange_ThresholdFollows()
    {
        _trial.Take(Half with { LatencyTests = [new LatencyTest("p50", 500, 0)] });
        for (var minute = 0; minute < 60; minute++)
        {
            for (var i = 0; i < 200; i++)
                _trial.Record(Stables with { Duration = TimeSpan.FromMilliseconds(minute < 30 ? 10 : 20) });
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        _trial.Record(Stables with { Duration = TimeSpan.FromMilliseconds(15) });
        _time.Advance(StratumEvidence.Duration);

        Assert.Equal(new ShareCounts(1, 0, 0, 0), _trial.Status().Strata[^1].Shares[Shares.Slow("p50")]);
    }

    [Fact]
    public void Feedback_ThatIsDue_CountsAnswersWithAndWithoutAny()
    {
        var candidates = new AnswerSample(ArmRole.Candidate, Epoch: 3, Place: 200, Key: null);
        var third = new AnswerFeedback(Any: true, FirstRank: 3, Accepted: false, Rejected: false);
        _trial.FeedbackIsDue(candidates, default);
        _trial.FeedbackIsDue(candidates with { Arm = ArmRole.Stable, Place = 700, Key = 9 }, default);
        foreach (var roll in new[] { 0, 333, 334, 999 })
        {
            _dice.Value = roll;
            _trial.FeedbackIsDue(candidates, third);
        }

        _time.Advance(StratumEvidence.Duration);

        var status = _trial.Status();
        Assert.Equal(new ShareCounts(0, 0, 5, 1), status.Strata.Single().Shares[Shares.Unclicked]);
        Assert.Equal(new ShareCounts(0, 0, 5, 3), status.Strata.Single().Shares[Shares.RankMissed]);
        Assert.Equal((1, 1), (Trials(status, Shares.Unclicked)[700], Bad(status, Shares.Unclicked)[700]));
    }

    [Fact]
    public void Feedback_OfAnotherEpoch_IsNeverMixedWithThis()
    {
        var answer = new AnswerSample(ArmRole.Candidate, Epoch: 2, Place: 200, Key: null);
        _trial.FeedbackIsDue(answer with { Key = 5 }, default);
        _trial.FeedbackIsDue(answer, default);
        _trial.FeedbackIsDue(answer with { Epoch = 3 }, default);
        _time.Advance(StratumEvidence.Duration);
        _trial.FeedbackIsDue(answer with { Epoch = 3 }, default);
        _time.Advance(StratumEvidence.Duration);

        var status = _trial.Status();
        Assert.Null(status.Places);
        Assert.Equal([1, 1], status.Strata.Select(stratum => stratum.Shares[Shares.Unclicked].CandidateTrials));
    }

    [Fact]
    public void Record_AllocatesNothing()
    {
        _trial.Take(Half with { LatencyTests = [new LatencyTest("p90", 900, 8)], HardLimits = [new HardLimit { Name = "e", Type = HardLimitType.Error, Permille = 200 }] });
        for (var i = 0; i < 1000; i++)
            Both(i);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Both(i);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Both(int i)
        {
            _trial.Record(Stables with { Key = (ulong)i });
            _trial.Record(Candidates);
        }
    }

    private static int[] Trials(CandidateStatus status, string share) => PlaceCounts.Unpack(status.Places!.Shares[share].Trials);

    private static int[] Bad(CandidateStatus status, string share) => PlaceCounts.Unpack(status.Places!.Shares[share].Bad);
}
