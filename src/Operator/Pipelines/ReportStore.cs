using System.Collections.Concurrent;
using k8s.Autorest;
using k8s.Models;
using Rerank.Operator.Names;
using Rerank.Operator.Rollouts;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Pipelines;

/// <summary>
/// Reports of what is under way. A report tells people, and saves counting anew after a restart of the operator: no decision waits for one that can't be stored, as for a quota. It is read once and
/// then known, since nobody else writes it; so no informer keeps the reports of all revisions that ever were.
/// </summary>
internal sealed class ReportStore(IResourceClient client, TimeProvider time, ILogger<ReportStore> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>Reports of a pipeline's revisions that aren't under way any more, and couldn't be stored yet.</summary>
    private const int MostLeftOver = 4;

    private readonly ConcurrentDictionary<ObjectKey, Known> _known = new();

    /// <param name="revisions">Those that are under way; what is known of the pipeline's others is let go once it is stored.</param>
    /// <returns>By revision; those that have none are left out.</returns>
    public async Task<IReadOnlyDictionary<string, StoredReport>> ReadAsync(PipelineOwner owner, IReadOnlyCollection<string> revisions, CancellationToken cancellationToken)
    {
        var names = revisions.ToDictionary(revision => Key(owner, revision));
        var others = _known.Where(known => known.Value.Owner == owner.Uid && !names.ContainsKey(known.Key)).ToList();
        var leftOver = others.Where(known => !known.Value.IsStored).OrderByDescending(known => known.Value.Report!.Report.UpdatedTime).Take(MostLeftOver).Select(known => known.Key).ToHashSet();
        foreach (var (key, _) in others.Where(known => !leftOver.Contains(known.Key)))
            _known.TryRemove(key, out _);
        var reports = new Dictionary<string, StoredReport>();
        foreach (var (key, revision) in names)
        {
            if (!_known.TryGetValue(key, out var known) || known.Owner != owner.Uid)
                _known[key] = known = await ReadAsync(owner, key, cancellationToken);
            if (known.Report is { } report)
                reports[revision] = report;
        }

        return reports;
    }

    /// <summary>Stores a report, and those of the pipeline that couldn't be stored before once it is time to try again.</summary>
    /// <param name="report">Null: nothing is new.</param>
    /// <param name="isDecision">Whether it tells a decision, and is tried at once for that.</param>
    public async Task StoreAsync(PipelineOwner owner, StoredReport? report, bool isDecision, CancellationToken cancellationToken)
    {
        if (report is not null)
        {
            var key = Key(owner, report.Report.Revision);
            var before = _known.TryGetValue(key, out var found) && found.Owner == owner.Uid ? found : new Known(owner.Uid) { MayBeTaken = true };
            _known[key] = before with { Report = report, IsStored = false, NotBefore = isDecision ? default : before.NotBefore };
        }

        var now = time.GetUtcNow();
        foreach (var (key, known) in _known.Where(known => known.Value.Owner == owner.Uid && !known.Value.IsStored && known.Value.NotBefore <= now))
            _known[key] = await TryAsync(owner, key, known, cancellationToken);
    }

    /// <summary>The revision is forgotten.</summary>
    public async Task DeleteAsync(PipelineOwner owner, string revision, CancellationToken cancellationToken)
    {
        var key = Key(owner, revision);
        _known.TryRemove(key, out _);
        if (await client.GetAsync<V1ConfigMap>(key, cancellationToken) is { } map && owner.Owns(map))
            await client.DeleteAsync<V1ConfigMap>(key, map.Uid(), cancellationToken);
    }

    public void Forget(PipelineOwner owner)
    {
        foreach (var (key, _) in _known.Where(known => known.Value.Owner == owner.Uid))
            _known.TryRemove(key, out _);
    }

    private async Task<Known> ReadAsync(PipelineOwner owner, ObjectKey key, CancellationToken cancellationToken) =>
        await client.GetAsync<V1ConfigMap>(key, cancellationToken) is not { } map ? new Known(owner.Uid)
        : owner.Owns(map) ? new Known(owner.Uid) { Report = ReportObject.Read(map) }
        : new Known(owner.Uid) { MayBeTaken = true };

    private async Task<Known> TryAsync(PipelineOwner owner, ObjectKey key, Known known, CancellationToken cancellationToken)
    {
        string trouble;
        try
        {
            using var limit = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            if (known.MayBeTaken)
                known = known with { MayBeTaken = (await ReadAsync(owner, key, either.Token)).MayBeTaken };
            if (!known.MayBeTaken)
            {
                await client.ApplyAsync(ReportObject.From(owner, known.Report!), either.Token);
                return known with { IsStored = true, Failures = 0 };
            }

            trouble = $"ConfigMap \"{key.Name}\" exists and does not belong to this pipeline";
        }
        catch (Exception e) when (ApiServerAway.Says(e, cancellationToken) || e is HttpOperationException or ConflictException)
        {
            trouble = e is HttpOperationException refusal ? ServerMessage.Of(refusal) : e.Message;
        }

        Log.ReportNotStored(logger, key.Name, trouble);
        var pause = TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << Math.Min(known.Failures, 8), LongestPause.Ticks));
        return known with { Failures = known.Failures + 1, NotBefore = time.GetUtcNow() + pause };
    }

    private static ObjectKey Key(PipelineOwner owner, string revision) => new(owner.Namespace, owner.Names.Report(revision));

    /// <param name="Owner">Uid of the pipeline.</param>
    private sealed record Known(string Owner)
    {
        /// <summary>Null when there is none, or none that can be read.</summary>
        public StoredReport? Report { get; init; }

        public bool IsStored { get; init; } = true;

        /// <summary>Whether something else has the name, as far as is known.</summary>
        public bool MayBeTaken { get; init; }

        /// <summary>Tries in a row that came to nothing.</summary>
        public int Failures { get; init; }

        public DateTimeOffset NotBefore { get; init; }
    }
}
