using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Rerank.Faults.Tests.Faults;

/// <summary>What became of a write.</summary>
internal enum Effect
{
    /// <summary>The object was there, whether or not it changed.</summary>
    Written,
    Created,
    Deleted,

    /// <summary>Nothing was done: there was nothing to delete, or the server refused.</summary>
    None,
}

/// <param name="Body">What was sent; null for deletions without options.</param>
internal sealed record Entry(int Number, Call Call, Effect Effect, JsonObject? Body)
{
    public override string ToString() => $"{Number}: {Call} ({Effect})";
}

/// <summary>Every write that reached its receiver, whoever of a world's operators did it.</summary>
internal sealed class Journal : IDisposable
{
    private readonly ConcurrentQueue<Entry> _entries = new();
    private readonly ConcurrentDictionary<string, bool> _uids = new();
    private readonly SemaphoreSlim _one = new(1);
    private int _count;
    private int _requests;

    /// <summary>Is told of every write when it is done.</summary>
    public Action<Entry>? Written { get; set; }

    public IReadOnlyCollection<Entry> Entries => _entries;

    public int Count => _count;

    /// <summary>All requests, reads included.</summary>
    public int Requests => _requests;

    /// <summary>Whether an object with this uid is seen for the first time.</summary>
    public bool IsNew(string uid) => _uids.TryAdd(uid, true);

    public void Requested() => Interlocked.Increment(ref _requests);

    /// <summary>Does a write, and takes note of it. One at a time: what is checked after it must be of one moment.</summary>
    public async Task<T> WriteAsync<T>(Call call, JsonObject? body, Func<Task<T>> act, Func<T, Effect> effect)
    {
        await _one.WaitAsync();
        try
        {
            var result = await act();
            var entry = new Entry(Interlocked.Increment(ref _count), call, effect(result), body);
            _entries.Enqueue(entry);
            Written?.Invoke(entry);
            return result;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>How often each object was created and deleted, by kind and name; events of kinds that only tell are left out.</summary>
    public IReadOnlyDictionary<string, (int Created, int Deleted)> Counts() =>
        _entries
            .Where(e => e.Effect is Effect.Created or Effect.Deleted && e.Call.Kind != "events")
            .GroupBy(e => $"{e.Call.Kind}/{e.Call.Name}")
            .ToDictionary(g => g.Key, g => (g.Count(e => e.Effect == Effect.Created), g.Count(e => e.Effect == Effect.Deleted)));
}
