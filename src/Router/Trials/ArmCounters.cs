using Rerank.Contracts.Evidence;

namespace Rerank.Router.Trials;

/// <summary>One arm's evidence as it grows. Its trial sees to it that one thread at a time uses it.</summary>
internal sealed class ArmCounters
{
    private readonly Dictionary<string, long> _errorsByReason = [];
    private readonly Tally _latency = new(0, Buckets.MaxLatency);
    private readonly Tally _topScore = new(Buckets.MinLogit, Buckets.MaxLogit);
    private long _requests;
    private long _errors;
    private long _degraded;
    private long _invalidScores;
    private long _constantScores;

    public FeedbackCounters Feedback { get; } = new();

    public void Add(in Observation observation)
    {
        if (observation.InvalidScores)
            _invalidScores++;
        if (observation.Constant == true)
            _constantScores++;
        if (observation.TopLogit is { } logit)
            _topScore.Add(Buckets.OfLogit(logit));
        if (observation.Shadow)
            return;

        _requests++;
        if (observation.Error is { } reason)
        {
            _errors++;
            _errorsByReason[reason] = _errorsByReason.GetValueOrDefault(reason) + 1;
            return;
        }

        if (observation.Degraded)
            _degraded++;
        if (observation.HasComparableTime)
            _latency.Add(Buckets.OfLatency(observation.Duration));
    }

    public ArmEvidence ToEvidence() => new()
    {
        Requests = _requests,
        Errors = _errors,
        ErrorsByReason = new Dictionary<string, long>(_errorsByReason),
        Degraded = _degraded,
        InvalidScores = _invalidScores,
        ConstantScores = _constantScores,
        Latency = _latency.ToHistogram(),
        TopScore = _topScore.ToHistogram(),
        Feedback = Feedback.ToEvidence(),
    };
}
