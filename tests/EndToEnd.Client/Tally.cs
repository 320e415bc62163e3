using System.Text.Json.Nodes;

namespace Rerank.EndToEnd.Client;

/// <summary>What happened so far. Safe for use by several workers.</summary>
internal sealed class Tally
{
    private const int MaxSamples = 20;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, long> _revisions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _tiers = new(StringComparer.Ordinal);
    private readonly List<string> _samples = [];
    private long _requests;
    private long _failures;
    private long _retries;

    public void Answered(string revision, string tier)
    {
        lock (_lock)
        {
            _requests++;
            _revisions[revision] = _revisions.GetValueOrDefault(revision) + 1;
            _tiers[tier] = _tiers.GetValueOrDefault(tier) + 1;
        }
    }

    public void Retried()
    {
        lock (_lock)
            _retries++;
    }

    public void Failed(string why)
    {
        lock (_lock)
        {
            _requests++;
            _failures++;
            if (_samples.Count < MaxSamples)
                _samples.Add(why);
        }
    }

    public string ToJson()
    {
        lock (_lock)
        {
            return new JsonObject
            {
                ["requests"] = _requests,
                ["failures"] = _failures,
                ["retries"] = _retries,
                ["revisions"] = Counts(_revisions),
                ["tiers"] = Counts(_tiers),
                ["samples"] = new JsonArray([.. _samples.Select(sample => (JsonNode)sample)]),
            }.ToJsonString();
        }
    }

    private static JsonObject Counts(SortedDictionary<string, long> counts) =>
        new(counts.Select(count => KeyValuePair.Create(count.Key, (JsonNode?)count.Value)));
}
