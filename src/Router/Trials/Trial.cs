using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Router.Routing;
using Rerank.Router.Shadow;

namespace Rerank.Router.Trials;

/// <summary>
/// One try of one candidate revision, as this router sees it: evidence of both arms, and whether a hard limit has tripped. It goes on over changes of
/// the table that keep the try. A request holds the trial that it began in, so that nothing is counted for another.
/// </summary>
/// <param name="dice">For what a share counts with a probability.</param>
internal sealed class Trial(string revision, int attempt, TimeProvider time, IDice dice)
{
    // One lock for all: a request takes it once or twice, for well under a microsecond, and a snapshot is consistent.
    private readonly Lock _gate = new();
    private readonly long _begin = time.GetTimestamp();
    private readonly ArmCounters _stable = new();
    private readonly ArmCounters _candidate = new();
    private readonly ComparedShares _shares = new();
    private readonly ShadowCounters _shadow = new();
    private readonly SharedFailures _shared = new();
    private readonly HardLimitGuard _guard = new();
    private CandidateArm? _terms;
    private volatile Trip? _trip;

    public string Revision => revision;

    public int Attempt => attempt;

    /// <summary>Why the candidate gets nothing any more; null when it may. Once set it stays.</summary>
    public Trip? Trip => _trip;

    public ShadowBudget Budget { get; } = new();

    /// <summary>As <see cref="ComparedShares.AmpleTime"/>.</summary>
    public TimeSpan? AmpleTime
    {
        get
        {
            lock (_gate)
                return _shares.AmpleTime;
        }
    }

    private TimeSpan Now => time.GetElapsedTime(_begin);

    public bool IsOf(CandidateArm candidate) => candidate.Arm.Revision == revision && candidate.Attempt == attempt;

    /// <summary>Takes over what a table says about the candidate from now on.</summary>
    public void Take(CandidateArm terms)
    {
        lock (_gate)
        {
            _terms = terms;
            _guard.Watch(terms.HardLimits);
            _shares.Take(terms);
        }
    }

    /// <returns>The trip, when this is what did it.</returns>
    public Trip? Record(in Observation observation)
    {
        lock (_gate)
        {
            var now = Now;
            if (!observation.SteppedIn)
                CountersOf(observation.Arm).Add(observation);
            if (!observation.SteppedIn && !observation.Shadow)
            {
                _shares.Add(observation, now);
                // A shadow that is refused for too much work isn't held against anybody, so that it needs no excuse.
                if (observation.Arm == ArmRole.Stable && !observation.Overloaded)
                    _shared.StableAnswered(observation.Error is not null || observation.Degraded, now);
            }

            if (_trip is not null || _guard.Add(observation, (long)now.TotalSeconds) is not { } exceeded)
                return null;
            return _trip = new Trip(exceeded.Limit, exceeded.Observed, time.GetUtcNow()) { IsCandidates = exceeded.IsCandidates };
        }
    }

    /// <summary>Whether a request may be compared, which is then noted: not the same one again and again, nor more than a few of one key.</summary>
    /// <param name="request">Hash of its query and passages.</param>
    public bool TryCompare(ulong request, ulong? key)
    {
        lock (_gate)
            return _shadow.TryCompare(request, key, Now);
    }

    public void Compared(Comparison comparison)
    {
        lock (_gate)
        {
            _shared.Tried(Now);
            _shadow.Compared(comparison);
        }
    }

    /// <param name="arm">The one that couldn't rank what the other had answered.</param>
    public void ShadowFailed(ArmRole arm)
    {
        lock (_gate)
        {
            _shared.Tried(Now);
            if (arm == ArmRole.Candidate && _shared.TryExcuse())
                _shadow.Skipped++;
            else
                _shadow.Failed(arm);
        }
    }

    public void ShadowSkipped()
    {
        lock (_gate)
            _shadow.Skipped++;
    }

    /// <summary>Feedback for the totals, which follow what is known.</summary>
    public void FeedbackChanged(ArmRole arm, AnswerFeedback before, AnswerFeedback after)
    {
        lock (_gate)
            CountersOf(arm).Feedback.Change(before, after);
    }

    /// <summary>Counts an answer that is old enough for its feedback, with or without any, for good.</summary>
    public void FeedbackIsDue(in AnswerSample sample, AnswerFeedback known)
    {
        // With a chance of the reciprocal rank it is a hit.
        var missed = known.FirstRank == 0 || (long)dice.Roll() * known.FirstRank >= AssignmentRule.Buckets;
        lock (_gate)
            _shares.AddFeedback(sample, known.FirstRank > 0, missed, Now);
    }

    /// <param name="afterStratum">Number of the last stratum that the asker has.</param>
    /// <param name="trafficPermille">Weight in force; null: that of the terms.</param>
    public CandidateStatus Status(long afterStratum = 0, int? trafficPermille = null)
    {
        lock (_gate)
        {
            return new CandidateStatus
            {
                Revision = revision,
                Attempt = attempt,
                TrafficPermille = _trip is null ? trafficPermille ?? _terms?.TrafficPermille ?? 0 : 0,
                Trip = _trip,
                Stable = _stable.ToEvidence(),
                Candidate = _candidate.ToEvidence(),
                Shadow = _shadow.ToEvidence(),
                Epoch = _terms?.Epoch ?? 0,
                Strata = _shares.Strata(afterStratum, Now),
                Places = _shares.Places(),
            };
        }
    }

    private ArmCounters CountersOf(ArmRole arm) => arm == ArmRole.Stable ? _stable : _candidate;
}
