using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using Rerank.Router.Shadow;

namespace Rerank.Router.Trials;

/// <summary>
/// One try of one candidate revision, as this router sees it: evidence of both arms, and whether a hard limit has tripped. It goes on over changes of
/// the table that keep the try. A request holds the trial that it began in, so that nothing is counted for another.
/// </summary>
internal sealed class Trial(string revision, int attempt, TimeProvider time)
{
    // One lock for all: a request takes it once or twice, for well under a microsecond, and a snapshot is consistent.
    private readonly Lock _gate = new();
    private readonly long _begin = time.GetTimestamp();
    private readonly ArmCounters _stable = new();
    private readonly ArmCounters _candidate = new();
    private readonly ShadowCounters _shadow = new();
    private readonly HardLimitGuard _guard = new();
    private volatile Trip? _trip;

    public string Revision => revision;

    public int Attempt => attempt;

    /// <summary>Why the candidate gets nothing any more; null when it may. Once set it stays.</summary>
    public Trip? Trip => _trip;

    public ShadowBudget Budget { get; } = new();

    public bool IsOf(CandidateArm candidate) => candidate.Arm.Revision == revision && candidate.Attempt == attempt;

    public void Watch(IReadOnlyList<HardLimit> limits)
    {
        lock (_gate)
            _guard.Watch(limits);
    }

    /// <returns>The trip, when this is what did it.</returns>
    public Trip? Record(in Observation observation)
    {
        lock (_gate)
        {
            CountersOf(observation.Arm).Add(observation);
            if (observation.Arm != ArmRole.Candidate || _trip is not null)
                return null;
            if (_guard.Add(observation, (long)time.GetElapsedTime(_begin).TotalSeconds) is not { } exceeded)
                return null;
            return _trip = new Trip(exceeded.Limit, exceeded.Observed, time.GetUtcNow());
        }
    }

    public void Compared(Comparison comparison)
    {
        lock (_gate)
            _shadow.Compared(comparison);
    }

    public void ShadowFailed()
    {
        lock (_gate)
            _shadow.Failed++;
    }

    public void ShadowSkipped()
    {
        lock (_gate)
            _shadow.Skipped++;
    }

    public void FeedbackChanged(ArmRole arm, AnswerFeedback before, AnswerFeedback after)
    {
        lock (_gate)
            CountersOf(arm).Feedback.Change(before, after);
    }

    public CandidateStatus Status(int trafficPermille)
    {
        lock (_gate)
        {
            return new CandidateStatus
            {
                Revision = revision,
                Attempt = attempt,
                TrafficPermille = _trip is null ? trafficPermille : 0,
                Trip = _trip,
                Stable = _stable.ToEvidence(),
                Candidate = _candidate.ToEvidence(),
                Shadow = _shadow.ToEvidence(),
            };
        }
    }

    private ArmCounters CountersOf(ArmRole arm) => arm == ArmRole.Stable ? _stable : _candidate;
}
