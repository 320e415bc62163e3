using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;

namespace Rerank.Operator.Tests.Analysis;

/// <summary>Makes ledgers out of counts, and has them judged.</summary>
internal static class Judging
{
    public const int Epoch = 1;

    /// <param name="external">Counts of a metric's own source, beyond what it had at the begin: none.</param>
    public static AnalysisResult Judge(
        AnalysisSpec spec,
        EvidenceLedger ledger,
        bool hasTraffic = true,
        bool hasMirror = true,
        PassWhen passWhen = PassWhen.Estimated,
        (string Metric, ExternalCounts Counts)? external = null,
        bool isByKey = true)
    {
        var traffic = hasTraffic ? 500 : 0;
        Dictionary<string, ExternalCounts> sources = [];
        if (external is var (metric, counts))
        {
            sources[metric] = new(new(0, 0), new(0, 0), null);
            ledger = ledger.With(News(spec, traffic, sources) with { IsByKey = isByKey });
            sources[metric] = counts;
        }

        ledger = ledger.With(News(spec, traffic, sources) with { IsByKey = isByKey });
        return RolloutJudge.Judge(spec, ledger, new(traffic, hasMirror, passWhen, isByKey), sources).Analysis;
    }

    public static LedgerNews News(
        AnalysisSpec spec, int trafficPermille, IReadOnlyDictionary<string, ExternalCounts>? sources = null, params IReadOnlyList<(string Id, CandidateStatus Status)> reports) => new()
        {
            Reports = [.. reports.Select(r => (r.Id, r.Status))],
            Spec = spec,
            Sources = sources ?? new Dictionary<string, ExternalCounts>(),
            Epoch = Epoch,
            TrafficPermille = trafficPermille,
            IsByKey = true,
            Now = DateTimeOffset.UnixEpoch,
        };

    /// <summary>What one router has seen in one stratum of this epoch.</summary>
    public static EvidenceLedger Ledger(AnalysisSpec spec, IReadOnlyDictionary<string, ShareCounts> shares, ShadowEvidence? shadow = null) => EvidenceLedger.Empty("rev", 1)
        .With(News(spec, 500))
        .With(News(spec, 500, null, ("router", Status() with { Epoch = Epoch, Shadow = shadow ?? ShadowEvidence.None, Strata = [new(1, Epoch, shares)] })));

    public static CandidateStatus Status(long requests = 0) => new()
    {
        Revision = "rev",
        Attempt = 1,
        TrafficPermille = 500,
        Stable = ArmEvidence.None,
        Candidate = ArmEvidence.None with { Requests = requests },
        Shadow = ShadowEvidence.None,
    };
}
