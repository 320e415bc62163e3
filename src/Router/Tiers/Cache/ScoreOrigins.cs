using System.Collections.Concurrent;

namespace Rerank.Router.Tiers.Cache;

/// <summary>
/// Under which name each model's scores are kept: its digest, and what computed them. A model that may run on several execution providers has one digest, and other last
/// digits on each; which of them a tier's hosts use is known only from their answers, so what the last one said is what is looked up.
/// </summary>
internal sealed class ScoreOrigins
{
    // A router that outlives many models forgets rather than grows; what it forgets is scored once more.
    private const int MostModels = 1024;

    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Under which scores of this model are looked up.</summary>
    public string NameOf(string modelDigest) => _names.GetValueOrDefault(modelDigest, modelDigest);

    /// <summary>Takes note of where an answer came from.</summary>
    /// <param name="scoredBy">Null: a host of an earlier version, which doesn't say.</param>
    /// <returns>The name of its scores.</returns>
    public string Learn(string modelDigest, string? scoredBy)
    {
        // Asked for every pair, and nearly always what is known.
        var known = NameOf(modelDigest);
        if (scoredBy is null ? known.Length == modelDigest.Length : known.Length == modelDigest.Length + 1 + scoredBy.Length && known.EndsWith(scoredBy, StringComparison.Ordinal))
            return known;
        if (_names.Count >= MostModels)
            _names.Clear();
        return _names[modelDigest] = scoredBy is null ? modelDigest : $"{modelDigest} {scoredBy}";
    }
}
