using Rerank.Operator.Analysis;
using Rerank.Operator.Api;

namespace Rerank.Operator.Sources.Prometheus;

/// <summary>The looks at one rollout's metrics: one at a time.</summary>
internal sealed class RolloutLooks : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TimeProvider _time;
    private readonly Dictionary<string, HighestCounts> _highest = [];
    private volatile IReadOnlyDictionary<string, ExternalCounts> _last;
    private long? _lookedAt;
    private Task _look = Task.CompletedTask;

    public RolloutLooks(string subject, AnalysisSpec spec, TimeProvider time)
    {
        Subject = subject;
        _time = time;
        var nothing = new ArmCounts(0, 0);
        _last = spec.Metrics.Where(m => m.Prometheus is not null).ToDictionary(m => m.Name, _ => new ExternalCounts(nothing, nothing, null));
    }

    /// <summary>What is counted, in one text: two that differ have no count in common.</summary>
    public string Subject { get; }

    public IReadOnlyDictionary<string, ExternalCounts> Last => _last;

    /// <summary>Begins another look if none is under way and the last one began at least an interval ago. Reconciles of one pipeline come one by one.</summary>
    public void LookAgain(TimeSpan interval, Func<CancellationToken, Task<IReadOnlyDictionary<string, ExternalCounts>>> look)
    {
        // By the clock that never jumps.
        if (!_look.IsCompleted || (_lookedAt is { } last && _time.GetElapsedTime(last) < interval))
            return;
        _lookedAt = _time.GetTimestamp();
        _look = LookAsync(look);
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private async Task LookAsync(Func<CancellationToken, Task<IReadOnlyDictionary<string, ExternalCounts>>> look)
    {
        try
        {
            var seen = await look(_end.Token);
            var judged = seen.ToDictionary(c => c.Key, c => CountRules.NotFallen(c.Value, _highest.GetValueOrDefault(c.Key)));
            foreach (var (metric, counts) in seen)
                _highest[metric] = _highest.GetValueOrDefault(metric).With(counts);
            _last = judged;
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // Nobody wants to know any more.
        }
    }
}
