using System.Runtime.InteropServices;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Router.Routing;

namespace Rerank.Router.Trials;

/// <summary>
/// Shares of bad requests of both arms under the same conditions: by stratum for requests without a key, by place for those with one. Its trial sees to it that one
/// thread at a time uses it.
/// </summary>
internal sealed class ComparedShares
{
    private const int Errors = 0;
    private const int Degraded = 1;
    private const int Unclicked = 2;
    private const int RankMissed = 3;
    private const int FirstSlow = 4;
    private const int AmplePermille = 990;

    private static readonly string[] Always = [Shares.Errors, Shares.Degraded, Shares.Unclicked, Shares.RankMissed];

    private readonly KeyCap _requestsOfKeys = new(PlaceEvidence.MostOfOneKey, TimeSpan.FromMinutes(1));
    private readonly KeyCap _answersOfKeys = new(PlaceEvidence.MostOfOneKey, TimeSpan.FromMinutes(1));
    private readonly StableTimes _stableTimes = new();
    private readonly Queue<StratumEvidence> _closed = new();
    private int _epoch;
    private int _trafficPermille;
    private LatencyTest[] _tests = [];
    private string[] _names = Always;
    private int?[] _thresholds = [];
    private Counts[] _open = new Counts[FirstSlow];
    private PlaceTally?[] _places = new PlaceTally?[FirstSlow];
    private bool _isOpen;
    private TimeSpan _openedAt;
    private int? _feedbackEpoch;
    private long _last;

    /// <summary>
    /// Enough for nearly all of stable's answers: twice what 99 of 100 take, of which a tier that others come after has half. Null while too little is known.
    /// </summary>
    public TimeSpan? AmpleTime => _stableTimes.Quantile(AmplePermille) is { } bucket ? 2 * Buckets.LatencyEdge(bucket) : null;

    /// <summary>Takes over the terms of a table. Others than before end the stratum and empty the places: what was counted under other weights is never pooled.</summary>
    public void Take(CandidateArm terms)
    {
        if (terms.Epoch == _epoch && terms.TrafficPermille == _trafficPermille && terms.LatencyTests.SequenceEqual(_tests))
            return;

        Close();
        (_epoch, _trafficPermille) = (terms.Epoch, terms.TrafficPermille);
        _tests = [.. terms.LatencyTests];
        _names = [.. Always, .. _tests.Select(test => Shares.Slow(test.Metric))];
        _thresholds = new int?[_tests.Length];
        _open = new Counts[_names.Length];
        _places = new PlaceTally?[_names.Length];
    }

    public void Add(in Observation observation, TimeSpan now)
    {
        Roll(now);
        var bucket = observation is { HasComparableTime: true, Error: null, Degraded: false } ? Buckets.OfLatency(observation.Duration) : -1;
        if (bucket >= 0 && observation.Arm == ArmRole.Stable)
            _stableTimes.Add(bucket);

        // A table may have changed under it, or stable answers what the candidate may not: then it wasn't chance that chose.
        if (observation.Epoch != _epoch || observation.Place < _trafficPermille != (observation.Arm == ArmRole.Candidate))
            return;
        if (observation.Key is { } key && !_requestsOfKeys.TryCount(key, now))
            return;

        var unit = new Unit(observation.Arm, observation.Place, observation.Key is not null);
        Count(Errors, unit, observation.Error is not null);
        Count(Degraded, unit, observation.Degraded);
        if (bucket < 0)
            return;
        for (var i = 0; i < _tests.Length; i++)
        {
            if (_thresholds[i] is { } threshold)
                Count(FirstSlow + i, unit, bucket > threshold + (observation.Arm == ArmRole.Candidate ? _tests[i].RatioSteps : 0));
        }
    }

    /// <param name="missed">Whether the dice make it a miss; see <see cref="Shares.RankMissed"/>.</param>
    public void AddFeedback(in AnswerSample sample, bool clicked, bool missed, TimeSpan now)
    {
        Roll(now);
        if (sample.Key is { } key)
        {
            if (sample.Epoch != _epoch || !_answersOfKeys.TryCount(key, now))
                return;
        }
        else if ((_feedbackEpoch ??= sample.Epoch) != sample.Epoch)
        {
            // Answers of two epochs in one stratum would have had different weights.
            return;
        }

        var unit = new Unit(sample.Arm, sample.Place, sample.Key is not null);
        Count(Unclicked, unit, !clicked);
        Count(RankMissed, unit, missed);
    }

    public IReadOnlyList<StratumEvidence> Strata(long after, TimeSpan now)
    {
        if (_isOpen && now - _openedAt >= StratumEvidence.Duration)
            Close();
        return [.. _closed.Where(stratum => stratum.Number > after)];
    }

    public PlaceEvidence? Places()
    {
        var shares = new Dictionary<string, PlaceCounts>();
        for (var i = 0; i < _names.Length; i++)
        {
            if (_places[i] is { } tally)
                shares[_names[i]] = new PlaceCounts(PlaceCounts.Pack(tally.Trials), PlaceCounts.Pack(tally.Bad));
        }

        return shares.Count > 0 ? new PlaceEvidence(_epoch, _trafficPermille, shares) : null;
    }

    private void Roll(TimeSpan now)
    {
        if (_isOpen && now - _openedAt < StratumEvidence.Duration)
            return;

        Close();
        _isOpen = true;
        _openedAt = now;
        _feedbackEpoch = null;
        _stableTimes.Age(now);
        for (var i = 0; i < _thresholds.Length; i++)
            _thresholds[i] = _stableTimes.Quantile(_tests[i].QuantilePermille);
    }

    private void Close()
    {
        _isOpen = false;
        var shares = new Dictionary<string, ShareCounts>();
        for (var i = 0; i < _open.Length; i++)
        {
            if (_open[i].Stable.Trials + _open[i].Candidate.Trials > 0)
                shares[_names[i]] = new ShareCounts(_open[i].Stable.Trials, _open[i].Stable.Bad, _open[i].Candidate.Trials, _open[i].Candidate.Bad);
        }

        if (shares.Count == 0)
            return;
        Array.Clear(_open);
        if (_closed.Count == StratumEvidence.Kept)
            _closed.Dequeue();
        _closed.Enqueue(new StratumEvidence(++_last, _epoch, shares));
    }

    private void Count(int share, in Unit unit, bool bad)
    {
        if (unit.HasKey)
        {
            (_places[share] ??= new PlaceTally()).Add(unit.Place, bad);
            return;
        }

        ref var counts = ref _open[share];
        ref var arm = ref unit.Arm == ArmRole.Stable ? ref counts.Stable : ref counts.Candidate;
        arm.Trials++;
        if (bad)
            arm.Bad++;
    }

    private readonly record struct Unit(ArmRole Arm, int Place, bool HasKey);

    [StructLayout(LayoutKind.Auto)]
    private struct Counts
    {
        public Pair Stable;
        public Pair Candidate;
    }

    private struct Pair
    {
        public long Trials;
        public long Bad;
    }

    private sealed class PlaceTally
    {
        public int[] Trials { get; } = new int[PlaceEvidence.Places];

        public int[] Bad { get; } = new int[PlaceEvidence.Places];

        public void Add(int place, bool bad)
        {
            Trials[place]++;
            if (bad)
                Bad[place]++;
        }
    }
}

/// <summary>How an answer came to its arm.</summary>
/// <param name="Epoch">As <see cref="ArmChoice.Epoch"/>.</param>
/// <param name="Place">As <see cref="ArmChoice.Place"/>.</param>
/// <param name="Key">As <see cref="ArmChoice.Key"/>.</param>
internal readonly record struct AnswerSample(ArmRole Arm, int Epoch, int Place, ulong? Key);
