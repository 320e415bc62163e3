using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis;

namespace Rerank.Operator.Rollouts;

/// <summary>
/// What every router process has reported of one try of one revision. Counters of a process only rise, and a restarted router is another process:
/// so the last report of each is all there is to add up, and nothing is counted twice, whoever dies when.
/// </summary>
internal sealed record EvidenceLedger
{
    /// <summary>Beyond so many processes the least of them are left out: what is missing makes a test slower, never wrong.</summary>
    private const int MaxProcesses = 200;

    public required string Revision { get; init; }

    public required int Attempt { get; init; }

    /// <summary>By process id.</summary>
    public required IReadOnlyDictionary<string, CandidateStatus> Processes { get; init; }

    public static EvidenceLedger Empty(string revision, int attempt) =>
        new() { Revision = revision, Attempt = attempt, Processes = new Dictionary<string, CandidateStatus>() };

    /// <summary>Takes reports in. Those of another revision or try are passed over, and so is one that says less than what is known.</summary>
    public EvidenceLedger With(IEnumerable<(string ProcessId, CandidateStatus Status)> reports)
    {
        var processes = new SortedDictionary<string, CandidateStatus>(Processes.ToDictionary(), StringComparer.Ordinal);
        foreach (var (id, status) in reports)
        {
            if (status.Revision == Revision && status.Attempt == Attempt && (!processes.TryGetValue(id, out var known) || Seen(status) >= Seen(known)))
                processes[id] = status;
        }

        return this with
        {
            Processes = processes.Count <= MaxProcesses ? processes : processes.OrderByDescending(p => Seen(p.Value)).Take(MaxProcesses).ToDictionary(),
        };
    }

    public Evidence Total() => new()
    {
        Stable = Sum([.. Processes.Values.Select(p => p.Stable)]),
        Candidate = Sum([.. Processes.Values.Select(p => p.Candidate)]),
        Shadow = Sum([.. Processes.Values.Select(p => p.Shadow)]),
    };

    /// <summary>The first of the routers that took the candidate's traffic away by itself.</summary>
    public Trip? Trip() => Processes.Values.Select(p => p.Trip).OfType<Trip>().MinBy(t => t.Time);

    private static long Seen(CandidateStatus status) =>
        status.Stable.Requests + status.Candidate.Requests + status.Shadow.Pairs + status.Shadow.Failed + status.Stable.Feedback.Answers
        + status.Candidate.Feedback.Answers + (status.Trip is null ? 0 : 1);

    private static ArmEvidence Sum(IReadOnlyList<ArmEvidence> arms) => new()
    {
        Requests = arms.Sum(a => a.Requests),
        Errors = arms.Sum(a => a.Errors),
        ErrorsByReason = Sum(arms.Select(a => a.ErrorsByReason)),
        Degraded = arms.Sum(a => a.Degraded),
        InvalidScores = arms.Sum(a => a.InvalidScores),
        ConstantScores = arms.Sum(a => a.ConstantScores),
        Latency = Sum(arms.Select(a => a.Latency)),
        TopScore = Sum(arms.Select(a => a.TopScore)),
        Feedback = new()
        {
            Answers = arms.Sum(a => a.Feedback.Answers),
            Clicked = arms.Sum(a => a.Feedback.Clicked),
            Accepted = arms.Sum(a => a.Feedback.Accepted),
            Rejected = arms.Sum(a => a.Feedback.Rejected),
            FirstRank = Sum(arms.Select(a => a.Feedback.FirstRank)),
        },
    };

    private static ShadowEvidence Sum(IReadOnlyList<ShadowEvidence> shadows) => new()
    {
        Pairs = shadows.Sum(s => s.Pairs),
        Failed = shadows.Sum(s => s.Failed),
        Skipped = shadows.Sum(s => s.Skipped),
        TopOneMatches = shadows.Sum(s => s.TopOneMatches),
        Overlap = Sum(shadows.Select(s => s.Overlap)),
        RankBiasedOverlap = Sum(shadows.Select(s => s.RankBiasedOverlap)),
        KendallTau = Sum(shadows.Select(s => s.KendallTau)),
        LogitShift = Sum(shadows.Select(s => s.LogitShift)),
    };

    private static Histogram Sum(IEnumerable<Histogram> histograms) => new(Sum(histograms.Select(h => h.Counts)));

    private static SortedDictionary<TKey, long> Sum<TKey>(IEnumerable<IReadOnlyDictionary<TKey, long>> counts)
        where TKey : notnull
    {
        var sum = new SortedDictionary<TKey, long>();
        foreach (var (key, count) in counts.SelectMany(c => c))
            sum[key] = sum.GetValueOrDefault(key) + count;
        return sum;
    }
}
