using Rerank.Operator.Analysis;
using Rerank.Operator.Api;

namespace Rerank.Operator.Sources.Prometheus;

/// <summary>Reads the counts of all Prometheus metrics once.</summary>
internal sealed class PrometheusSource(PrometheusClient client)
{
    /// <param name="window">Since the candidate got traffic.</param>
    /// <returns>By name of the metric.</returns>
    public async Task<IReadOnlyDictionary<string, ExternalCounts>> ReadAsync(
        AnalysisSpec spec, string stableRevision, string candidateRevision, TimeSpan window, CancellationToken cancellationToken)
    {
        var metrics = spec.Metrics.Where(m => m.Prometheus is not null).ToList();
        var counts = await Task.WhenAll(metrics.Select(m => ReadAsync(m.Prometheus!, stableRevision, candidateRevision, window, cancellationToken)));
        return metrics.Zip(counts).ToDictionary(pair => pair.First.Name, pair => pair.Second);
    }

    private async Task<ExternalCounts> ReadAsync(
        PrometheusSpec spec, string stableRevision, string candidateRevision, TimeSpan window, CancellationToken cancellationToken)
    {
        // Successes before trials: what is counted between the two must not look like more successes than trials.
        var successes = await BothAsync(spec.SuccessQuery);
        var isUseless = successes.Stable.Error is not null || successes.Candidate.Error is not null;
        var trials = isUseless ? default : await BothAsync(spec.TotalQuery);
        return CountRules.Of(new(stableRevision, successes.Stable, trials.Stable), new(candidateRevision, successes.Candidate, trials.Candidate));

        async Task<(QueryAnswer Stable, QueryAnswer Candidate)> BothAsync(string query)
        {
            var stable = client.QueryAsync(spec.ServerURL, QueryText.Of(query, stableRevision, window), cancellationToken);
            var candidate = client.QueryAsync(spec.ServerURL, QueryText.Of(query, candidateRevision, window), cancellationToken);
            return (await stable, await candidate);
        }
    }
}
