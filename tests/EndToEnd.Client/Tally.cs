using System.Text.Json.Nodes;

namespace Rerank.EndToEnd.Client;

/// <summary>What happened so far. Safe for use by several requests at once.</summary>
internal sealed class Tally
{
    private const int MaxSamples = 20;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Answers> _revisions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _revisionOfSession = [];
    private readonly List<string> _samples = [];
    private long _requests;
    private long _failures;
    private long _retries;
    private long _degraded;
    private long _sessionSwitches;

    public void Answered(string session, string revision, bool degraded, DateTimeOffset time)
    {
        lock (_lock)
        {
            _requests++;
            _revisions[revision] = _revisions.GetValueOrDefault(revision) is { } before
                ? before with { Count = before.Count + 1, Last = time }
                : new(1, time, time);
            if (degraded)
                _degraded++;
            if (_revisionOfSession.TryGetValue(session, out var last) && last != revision)
                _sessionSwitches++;
            _revisionOfSession[session] = revision;
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
                ["degraded"] = _degraded,
                ["sessionSwitches"] = _sessionSwitches,
                ["revisions"] = new JsonObject(_revisions.Select(answers => KeyValuePair.Create(answers.Key, (JsonNode?)answers.Value.ToJson()))),
                ["samples"] = new JsonArray([.. _samples.Select(sample => (JsonNode)sample)]),
            }.ToJsonString();
        }
    }

    private sealed record Answers(long Count, DateTimeOffset First, DateTimeOffset Last)
    {
        public JsonObject ToJson() => new() { ["count"] = Count, ["first"] = First, ["last"] = Last };
    }
}
