using System.Collections.Concurrent;

namespace Rerank.Scale.Operator;

/// <summary>What the operator does, counted from outside of it.</summary>
internal sealed class Measures
{
    private ConcurrentQueue<double> _reconciles = [];
    private ConcurrentDictionary<string, long> _requests = [];

    public void Reconciled(TimeSpan duration) => _reconciles.Enqueue(duration.TotalMilliseconds);

    /// <param name="request">Verb and resource, such as <c>LIST configmaps</c>.</param>
    public void Requested(string request) => _requests.AddOrUpdate(request, 1, (_, count) => count + 1);

    /// <summary>What was counted since the last time, and the memory as it is now.</summary>
    public Measured Take()
    {
        var reconciles = Interlocked.Exchange(ref _reconciles, []);
        var requests = Interlocked.Exchange(ref _requests, []);
        return new(
            [.. reconciles.Order()], new SortedDictionary<string, long>(requests, StringComparer.Ordinal), GC.GetTotalMemory(forceFullCollection: false),
            Environment.WorkingSet);
    }
}

/// <param name="ReconcileMilliseconds">Of reconciles of pipelines, ascending.</param>
/// <param name="Requests">To the API server, by verb and resource.</param>
internal sealed record Measured(double[] ReconcileMilliseconds, IReadOnlyDictionary<string, long> Requests, long ManagedBytes, long ResidentBytes)
{
    private static readonly string[] WritingVerbs = ["POST", "PUT", "PATCH", "DELETE"];

    public long Writes => Requests.Where(r => WritingVerbs.Contains(r.Key.Split(' ')[0])).Sum(r => r.Value);

    public long Reads => Requests.Where(r => r.Key.Split(' ')[0] is "GET" or "LIST").Sum(r => r.Value);

    /// <summary>All of it, with the most memory.</summary>
    public static Measured Sum(IReadOnlyCollection<Measured> parts) => new(
        [.. parts.SelectMany(p => p.ReconcileMilliseconds).Order()],
        parts.SelectMany(p => p.Requests).GroupBy(r => r.Key).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(r => r.Value)),
        parts.Select(p => p.ManagedBytes).DefaultIfEmpty().Max(),
        parts.Select(p => p.ResidentBytes).DefaultIfEmpty().Max());

    /// <summary>NaN when there was none.</summary>
    public double Percentile(int percent) =>
        ReconcileMilliseconds.Length == 0 ? double.NaN : ReconcileMilliseconds[(ReconcileMilliseconds.Length - 1) * percent / 100];
}
