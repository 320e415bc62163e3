using System.Collections.Concurrent;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;

namespace Rerank.Operator.Sources.Prometheus;

/// <summary>
/// Keeps the counts of every rollout's Prometheus metrics fresh. A reconcile never waits for them: a server that answers slowly must not hold up what
/// guards a candidate. What isn't known yet is no samples; what could not be had is an error.
/// </summary>
internal sealed class PrometheusLooks(PrometheusSource source, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly IReadOnlyDictionary<string, ExternalCounts> NoMetrics = new Dictionary<string, ExternalCounts>();

    private readonly ConcurrentDictionary<ObjectKey, RolloutLooks> _rollouts = [];

    /// <summary>Counts of at most some ten seconds ago. Looks again, in the background, when the last look was longer ago than that.</summary>
    /// <param name="since">When this try of the candidate got traffic.</param>
    /// <returns>By name of the metric; one entry for every Prometheus metric.</returns>
    public IReadOnlyDictionary<string, ExternalCounts> Read(
        ObjectKey pipeline, AnalysisSpec spec, string stableRevision, string candidateRevision, DateTimeOffset since)
    {
        if (!spec.Metrics.Any(m => m.Prometheus is not null))
        {
            Forget(pipeline);
            return NoMetrics;
        }

        var subject = Subject(spec, stableRevision, candidateRevision, since);
        if (!_rollouts.TryGetValue(pipeline, out var looks) || looks.Subject != subject)
        {
            Forget(pipeline);
            _rollouts[pipeline] = looks = new(subject, spec, time);
        }

        looks.LookAgain(Interval, stop => source.ReadAsync(spec, stableRevision, candidateRevision, time.GetUtcNow() - since, stop));
        return looks.Last;
    }

    /// <summary>The rollout has ended.</summary>
    public void Forget(ObjectKey pipeline)
    {
        if (_rollouts.TryRemove(pipeline, out var looks))
            looks.Dispose();
    }

    public void Dispose()
    {
        foreach (var pipeline in _rollouts.Keys)
            Forget(pipeline);
    }

    // Counts of another candidate, of another try, or of other queries are of no use.
    private static string Subject(AnalysisSpec spec, string stableRevision, string candidateRevision, DateTimeOffset since)
    {
        var queries = spec.Metrics.Where(m => m.Prometheus is not null)
            .Select(m => string.Join('\n', m.Name, m.Prometheus!.ServerURL, m.Prometheus.SuccessQuery, m.Prometheus.TotalQuery));
        return string.Join('\n', [stableRevision, candidateRevision, since.UtcTicks.ToString(), .. queries]);
    }
}
