using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Scoring;

/// <summary>What requests have met lately at a cluster's hosts.</summary>
internal sealed class ClusterLoad(TimeProvider time)
{
    /// <summary>A time limit that was so many times what the slowest answer of late took was long enough.</summary>
    private const int Ample = 2;

    // The slowest answer is forgotten as fast as this; requests differ by a hundred times in size.
    private static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(1);

    private const int MostModels = 16;

    private readonly ConcurrentDictionary<string, AnswerTimes> _times = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private TimeSpan _slowest;
    private long _slowestAt;
    private long? _answeredAt;

    public CircuitBreaker Breaker { get; } = new(time);

    /// <summary>Of requests that are passed on. One of its own: a host may tokenize well whose model hangs, and be slow at tokens for texts that nobody ranks.</summary>
    public CircuitBreaker Passing { get; } = new(time);

    public RetryBudget Retries { get; } = new();

    public HedgeBudget Hedges { get; } = new();

    /// <summary>How long a model's answers took here. Models of one cluster may differ, and what lets others go first waits as long as they take.</summary>
    public AnswerTimes TimesOf(string digest)
    {
        // A cluster that outlives many models forgets rather than grows.
        if (_times.Count >= MostModels && !_times.ContainsKey(digest))
            _times.Clear();
        return _times.GetOrAdd(digest, static _ => new AnswerTimes());
    }

    /// <param name="isUrgent">Whether it didn't let others go first.</param>
    public void Answered(string digest, int pairs, bool isUrgent, TimeSpan took)
    {
        if (isUrgent)
            TimesOf(digest).Add(pairs, took);
        lock (_lock)
        {
            _answeredAt = time.GetTimestamp();
            if (took >= Slowest())
                (_slowest, _slowestAt) = (took, time.GetTimestamp());
        }
    }

    /// <summary>Whether hosts that are well would have answered in this time. Nothing is known after a minute without any answer.</summary>
    public bool IsAmple(TimeSpan allowed)
    {
        lock (_lock)
            return _answeredAt is { } answered && time.GetElapsedTime(answered) < HalfLife && Slowest() is { Ticks: > 0 } slowest && allowed >= Ample * slowest;
    }

    private TimeSpan Slowest() => _slowest * Math.Pow(0.5, time.GetElapsedTime(_slowestAt) / HalfLife);
}

/// <summary>Of all clusters. YARP keeps a cluster's state for as long as its name is in the routing table.</summary>
internal sealed class ClusterLoads(TimeProvider time)
{
    private readonly ConditionalWeakTable<ClusterState, ClusterLoad> _loads = [];

    public ClusterLoad Of(ClusterState cluster) => _loads.GetValue(cluster, _ => new(time));
}
