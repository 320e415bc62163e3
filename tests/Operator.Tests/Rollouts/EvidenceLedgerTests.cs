using FsCheck;
using FsCheck.Fluent;
using Rerank.Contracts.Evidence;
using Rerank.Operator.Rollouts;

namespace Rerank.Operator.Tests.Rollouts;

public sealed class EvidenceLedgerTests
{
    [Fact]
    public void With_SameProcessAgain_CountsOnlyTheLast()
    {
        var ledger = Empty.With([("a", Status(10))]).With([("a", Status(25))]);

        Assert.Equal(25, ledger.Total().Candidate.Requests);
    }

    [Fact]
    public void With_RestartedRouter_AddsTheNewProcessToTheOld()
    {
        var ledger = Empty.With([("a", Status(10)), ("b", Status(1))]).With([("c", Status(3))]);

        Assert.Equal(14, ledger.Total().Candidate.Requests);
    }

    [Theory]
    [InlineData("other", 1)]
    [InlineData("rev", 2)]
    public void With_AnotherEpoch_IsPassedOver(string revision, int attempt)
    {
        var ledger = Empty.With([("a", Status(10) with { Revision = revision, Attempt = attempt })]);

        Assert.Equal(0, ledger.Total().Candidate.Requests);
    }

    [Fact]
    public void Total_Histograms_AreAddedByBucket()
    {
        var one = Status(1) with { Shadow = ShadowEvidence.None with { Overlap = new(new Dictionary<int, long> { [90] = 2, [100] = 1 }) } };
        var two = Status(1) with { Shadow = ShadowEvidence.None with { Overlap = new(new Dictionary<int, long> { [100] = 5 }) } };

        var total = Empty.With([("a", one), ("b", two)]).Total();

        Assert.Equal(new Dictionary<int, long> { [90] = 2, [100] = 6 }, total.Shadow.Overlap.Counts);
    }

    [Fact]
    public void Trip_OfAnyRouter_IsTheFirst()
    {
        var early = new Trip("errors", "9 of 10", DateTimeOffset.UnixEpoch);
        var late = early with { Time = DateTimeOffset.UnixEpoch.AddSeconds(1) };

        Assert.Equal(early, Empty.With([("a", Status(1) with { Trip = late }), ("b", Status(1) with { Trip = early })]).Trip());
    }

    /// <summary>However reports are repeated, reordered or lost in between: the sum is that of the largest report of each process.</summary>
    [Fact]
    public void Total_ReportsInAnyOrder_IsTheSumOfTheLargest() => Prop.ForAll(
        ArbMap.Default.ArbFor<(byte Process, ushort Requests)[]>(),
        reports =>
        {
            var ledger = Empty;
            foreach (var (process, requests) in reports)
                ledger = ledger.With([($"{process % 5}", Status(requests))]);
            return ledger.Total().Candidate.Requests == reports.GroupBy(r => r.Process % 5).Sum(g => g.Max(r => (long)r.Requests));
        }).QuickCheckThrowOnFailure();

    private static EvidenceLedger Empty => EvidenceLedger.Empty("rev", 1);

    private static CandidateStatus Status(long requests) => new()
    {
        Revision = "rev",
        Attempt = 1,
        TrafficPermille = 100,
        Stable = ArmEvidence.None,
        Candidate = ArmEvidence.None with { Requests = requests },
        Shadow = ShadowEvidence.None,
    };
}
