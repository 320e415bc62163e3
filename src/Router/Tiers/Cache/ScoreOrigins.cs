using System.Collections.Concurrent;

namespace Rerank.Router.Tiers.Cache;

/// <summary>
/// Under which name each model's scores are kept: its digest, in which hosts it is, and what computed them. A model that may run on several execution providers has one digest, and other last
/// digits on each; which of them a tier's hosts use is known only from their answers, so what the last one said is what is looked up. Hosts of another cluster may be of another release, so that
/// their answers are their own: a candidate that is answered by stable's scores would show nothing.
/// </summary>
internal sealed class ScoreOrigins
{
    // A router that outlives many models forgets rather than grows; what it forgets is scored once more.
    private const int MostModels = 1024;

    private readonly ConcurrentDictionary<(string Model, string Cluster), (string Name, string? ScoredBy)> _known = new();
    private readonly ConcurrentDictionary<string, int> _clusters = new(StringComparer.Ordinal);
    private int _seen;

    /// <summary>Under which scores of this model by these hosts are looked up.</summary>
    public string NameOf(string modelDigest, string cluster) => _known.TryGetValue((modelDigest, cluster), out var known) ? known.Name : Name(modelDigest, cluster, null);

    /// <summary>Takes note of where an answer came from.</summary>
    /// <param name="scoredBy">Null: a host of an earlier version, which doesn't say.</param>
    /// <returns>The name of its scores.</returns>
    public string Learn(string modelDigest, string cluster, string? scoredBy)
    {
        // Asked for every pair, and nearly always what is known.
        if (_known.TryGetValue((modelDigest, cluster), out var known) && known.ScoredBy == scoredBy)
            return known.Name;
        if (_known.Count >= MostModels)
            _known.Clear();
        var name = Name(modelDigest, cluster, scoredBy);
        _known[(modelDigest, cluster)] = (name, scoredBy);
        return name;
    }

    /// <summary>Forgets the clusters that are gone: one that comes again under the same name is another one.</summary>
    public void Keep(IReadOnlySet<string> clusters)
    {
        foreach (var gone in _clusters.Keys.Where(c => !clusters.Contains(c)).ToList())
            _clusters.TryRemove(gone, out _);
        foreach (var gone in _known.Keys.Where(k => !clusters.Contains(k.Cluster)).ToList())
            _known.TryRemove(gone, out _);
    }

    private string Name(string modelDigest, string cluster, string? scoredBy)
    {
        if (!_clusters.TryGetValue(cluster, out var number))
            number = _clusters.GetOrAdd(cluster, _ => Interlocked.Increment(ref _seen));
        return $"{modelDigest} {number} {scoredBy}";
    }
}
