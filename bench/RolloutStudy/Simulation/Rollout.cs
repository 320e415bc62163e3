using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis;

namespace Rerank.RolloutStudy.Simulation;

/// <summary>One rollout under steady traffic: every request is drawn on its own, assigned by weight, and perhaps compared.</summary>
internal sealed class Rollout(ArmModel stable, ArmModel candidate, int requestsPerSecond, Dice dice)
{
    private const int Hundredths = Buckets.Hundredths / 10;
    private readonly ArmCounters _stable = new();
    private readonly ArmCounters _candidate = new();
    private readonly long[] _overlap = new long[Buckets.Hundredths + 1];
    private long _pairs;

    public Minute Minute { get; } = new();

    public long CandidateRequests => _candidate.Requests;

    public long Pairs => _pairs;

    public void Run(Step step, int seconds)
    {
        for (var i = 0; i < seconds * requestsPerSecond; i++)
        {
            var query = dice.Next();
            var isCandidates = dice.Hits(step.TrafficPermille / 1000.0);
            var (counters, model) = isCandidates ? (_candidate, candidate) : (_stable, stable);
            var outcome = model.Answer(dice);
            counters.Answer(outcome);
            counters.Score(model, query);
            if (isCandidates)
            {
                Minute.Candidate.Answer(outcome);
                Minute.Baseline.Answer(stable.Answer(dice));
            }

            if (dice.Hits(step.MirrorPermille / 1000.0))
                Compare(query, isCandidates);
        }
    }

    public Evidence ToEvidence() => new()
    {
        Stable = _stable.ToEvidence(),
        Candidate = _candidate.ToEvidence(),
        Shadow = ShadowEvidence.None with { Pairs = _pairs, Overlap = ArmCounters.ToHistogram(_overlap, 0) },
    };

    private void Compare(ulong query, bool isCandidates)
    {
        // Both score the same passages, the one that answered has been counted.
        if (isCandidates)
            _stable.Score(stable, query);
        else
            _candidate.Score(candidate, query);

        var places = candidate.Overlap.At(dice.Next());
        _pairs++;
        _overlap[places * Hundredths]++;
        Minute.Pairs++;
        Minute.Places += places;
    }
}

/// <summary>What other methods look at: the last minute of the candidate, and of as many requests of stable, such as a baseline of its own gets.</summary>
internal sealed class Minute
{
    public ArmCounters Candidate { get; } = new();

    public ArmCounters Baseline { get; } = new();

    public long Pairs { get; set; }

    /// <summary>Of ten of each pair, those that both have.</summary>
    public long Places { get; set; }

    public void Clear()
    {
        Candidate.Clear();
        Baseline.Clear();
        (Pairs, Places) = (0, 0);
    }
}
